using System.Collections.Immutable;
using Aspire.Hosting.ApplicationModel;
using SxtAspNet.Aspire.Hosting;
using SxtAspNet.Testing;

namespace Aspire.Hosting;

/// <summary>Adds the Space and Time gateway to an app host, and hands it to the apps.</summary>
public static class SxtGatewayResourceBuilderExtensions
{
    /// <summary>
    /// Adds the Space and Time gateway. While you develop (run mode) it is an emulator in the app host's process, with a user and a key
    /// of its own; apps need no account. When you publish, it is the production gateway, or the one of <see cref="WithGatewayUrl(IResourceBuilder{SxtGatewayResource}, Uri)"/>.
    /// </summary>
    /// <param name="builder">The app host's builder.</param>
    /// <param name="name">The name of the resource.</param>
    /// <returns>The gateway; hand it to an app by <see cref="WithReference"/>.</returns>
    public static IResourceBuilder<SxtGatewayResource> AddSxtGateway(this IDistributedApplicationBuilder builder, [ResourceName] string name)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var gateway = builder.AddResource(new SxtGatewayResource(name) { IsEmulated = builder.ExecutionContext.IsRunMode })
            .ExcludeFromManifest()
            .WithIconName("Key")
            .WithInitialState(new CustomResourceSnapshot
            {
                ResourceType = "SxtGateway",
                Properties = ImmutableArray<ResourcePropertySnapshot>.Empty,
                State = KnownResourceStates.NotStarted,
            });
        GatewayLifecycle.AddTo(gateway);
        GatewayCommands.AddTo(gateway);
        return gateway;
    }

    /// <summary>Sets how the emulator behaves, for example with shorter lifetimes. It is used in run mode only.</summary>
    /// <param name="builder">The gateway.</param>
    /// <param name="configure">Sets the emulator's options.</param>
    /// <returns>The gateway.</returns>
    public static IResourceBuilder<SxtGatewayResource> RunAsEmulator(
        this IResourceBuilder<SxtGatewayResource> builder, Action<SxtGatewayEmulatorOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Resource.IsEmulated = builder.ApplicationBuilder.ExecutionContext.IsRunMode;
        configure?.Invoke(builder.Resource.EmulatorOptions);
        return builder;
    }

    /// <summary>Uses the gateway's URL in run mode too: apps call Space and Time while you develop.</summary>
    /// <param name="builder">The gateway.</param>
    /// <returns>The gateway.</returns>
    public static IResourceBuilder<SxtGatewayResource> RunWithoutEmulator(this IResourceBuilder<SxtGatewayResource> builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Resource.IsEmulated = false;
        return builder;
    }

    /// <summary>Sets where the gateway is when it is not emulated. Default: the production gateway.</summary>
    /// <param name="builder">The gateway.</param>
    /// <param name="gatewayUrl">The base URL.</param>
    /// <returns>The gateway.</returns>
    public static IResourceBuilder<SxtGatewayResource> WithGatewayUrl(this IResourceBuilder<SxtGatewayResource> builder, Uri gatewayUrl)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(gatewayUrl);
        builder.Resource.GatewayUrl = ReferenceExpression.Create($"{gatewayUrl.AbsoluteUri}");
        return builder;
    }

    /// <summary>Sets where the gateway is when it is not emulated, by a parameter of the app host. Default: the production gateway.</summary>
    /// <param name="builder">The gateway.</param>
    /// <param name="gatewayUrl">The base URL.</param>
    /// <returns>The gateway.</returns>
    public static IResourceBuilder<SxtGatewayResource> WithGatewayUrl(
        this IResourceBuilder<SxtGatewayResource> builder, IResourceBuilder<ParameterResource> gatewayUrl)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(gatewayUrl);
        builder.Resource.GatewayUrl = ReferenceExpression.Create($"{gatewayUrl}");
        return builder;
    }

    /// <summary>Sets where the network's proxy is, which exchanges API keys, when it is not emulated. Default: what the app itself has.</summary>
    /// <param name="builder">The gateway.</param>
    /// <param name="proxyUrl">The base URL.</param>
    /// <returns>The gateway.</returns>
    public static IResourceBuilder<SxtGatewayResource> WithProxyUrl(this IResourceBuilder<SxtGatewayResource> builder, Uri proxyUrl)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(proxyUrl);
        builder.Resource.ProxyUrl = ReferenceExpression.Create($"{proxyUrl.AbsoluteUri}");
        return builder;
    }

    /// <summary>Sets where the network's proxy is, which exchanges API keys, when it is not emulated, by a parameter of the app host. Default: what the app itself has.</summary>
    /// <param name="builder">The gateway.</param>
    /// <param name="proxyUrl">The base URL.</param>
    /// <returns>The gateway.</returns>
    public static IResourceBuilder<SxtGatewayResource> WithProxyUrl(
        this IResourceBuilder<SxtGatewayResource> builder, IResourceBuilder<ParameterResource> proxyUrl)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(proxyUrl);
        builder.Resource.ProxyUrl = ReferenceExpression.Create($"{proxyUrl}");
        return builder;
    }

    /// <summary>Sets the user that apps log in as when the gateway is not emulated. Without it, the app's own setting counts.</summary>
    /// <param name="builder">The gateway.</param>
    /// <param name="userId">The Space and Time user id.</param>
    /// <returns>The gateway.</returns>
    public static IResourceBuilder<SxtGatewayResource> WithUserId(
        this IResourceBuilder<SxtGatewayResource> builder, IResourceBuilder<ParameterResource> userId)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(userId);
        builder.Resource.UserId = ReferenceExpression.Create($"{userId}");
        return builder;
    }

    /// <summary>
    /// Sets the API key that apps log in with when the gateway is not emulated, in place of a key file or an API key in <c>Keys:0</c> of their own
    /// configuration. Without it, the app's own keys count, such as files or a vault.
    /// </summary>
    /// <param name="builder">The gateway.</param>
    /// <param name="apiKey">The API key, a secret parameter: <c>builder.AddParameter("sxt-api-key", secret: true)</c>.</param>
    /// <returns>The gateway.</returns>
    /// <exception cref="ArgumentException">The parameter is not secret.</exception>
    public static IResourceBuilder<SxtGatewayResource> WithApiKey(
        this IResourceBuilder<SxtGatewayResource> builder, IResourceBuilder<ParameterResource> apiKey)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(apiKey);
        if (!apiKey.Resource.Secret)
        {
            throw new ArgumentException(
                $"The parameter '{apiKey.Resource.Name}' holds an API key, so make it secret: AddParameter(\"{apiKey.Resource.Name}\", secret: true).", nameof(apiKey));
        }

        builder.Resource.ApiKey = apiKey.Resource;
        return builder;
    }

    /// <summary>
    /// Lets an app call the gateway: sets what <c>AddSxt(builder.Configuration.GetSection("Sxt"))</c> reads, as environment variables. The app starts
    /// when the emulator has.
    /// </summary>
    /// <typeparam name="TDestination">The app's kind of resource.</typeparam>
    /// <param name="builder">The app. An emulator is on this machine's loopback address, which a container can't reach.</param>
    /// <param name="gateway">The gateway.</param>
    /// <param name="section">The section of the app's configuration that it gives to AddSxt.</param>
    /// <returns>The app.</returns>
    /// <exception cref="ArgumentException">The section is empty.</exception>
    public static IResourceBuilder<TDestination> WithReference<TDestination>(
        this IResourceBuilder<TDestination> builder, IResourceBuilder<SxtGatewayResource> gateway, string section = "Sxt")
        where TDestination : IResourceWithEnvironment
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(gateway);
        ArgumentException.ThrowIfNullOrWhiteSpace(section);
        return builder
            .WithReferenceRelationship(gateway.Resource)
            .WithEnvironment(context => GatewaySettings.SetAsync(gateway.Resource, section, context));
    }
}
