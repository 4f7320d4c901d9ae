using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SxtAspNet;
using SxtAspNet.DependencyInjection;
using SxtAspNet.Diagnostics;
using SxtAspNet.Inbound;
using SxtAspNet.Outbound;
using SxtAspNet.Sessions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Makes an <see cref="HttpClient"/> authenticated.</summary>
public static class SxtHttpClientBuilderExtensions
{
    private const string Authorization = "Authorization";

    /// <summary>
    /// Adds the access token of an identity to the client's requests, to the gateway and the identity's
    /// <see cref="SxtOptions.AllowedOrigins"/> only. A request that can't get one fails with a
    /// <see cref="SxtAuthenticationException"/>; it is never sent without. The client's BaseAddress defaults to the gateway.
    /// </summary>
    /// <param name="builder">The client.</param>
    /// <param name="name">The identity's name, as given to <c>AddSxt</c>; the default identity when not set.</param>
    /// <returns>The client.</returns>
    public static IHttpClientBuilder AddSxtTokenHandler(this IHttpClientBuilder builder, string? name = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var identity = name ?? Options.Options.DefaultName;

        // The builder of the app-wide defaults has no name; other clients keep their own idea of a base address.
        if (builder.Name is not null)
        {
            builder.ConfigureHttpClient((provider, client) =>
                client.BaseAddress ??= Require<SessionIdentity>(provider, identity).BaseUrl);
        }

        return builder.AddTokenPipeline().RedactAuthorization().AddHttpMessageHandler(provider => Require<SxtTokenHandler>(provider, identity));
    }

    /// <summary>
    /// Adds the token of the caller to the client's requests: the one that the caller of the present request was
    /// authenticated with by an <c>AddSxtBearer</c> scheme. It goes to the scheme's gateway and its
    /// <see cref="SxtBearerOptions.AllowedOrigins"/> only. Outside of a request, or when the caller did not
    /// authenticate with that scheme, sending fails with an <see cref="InvalidOperationException"/>. The app's own token
    /// is never sent: the handler takes the place of <see cref="AddSxtTokenHandler"/> on this client. The client's
    /// BaseAddress defaults to the gateway.
    /// </summary>
    /// <param name="builder">The client.</param>
    /// <param name="authenticationScheme">The scheme's name, as given to <c>AddSxtBearer</c>; "SxtBearer" when not set.</param>
    /// <returns>The client.</returns>
    public static IHttpClientBuilder AddSxtCallerTokenHandler(this IHttpClientBuilder builder, string? authenticationScheme = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var scheme = authenticationScheme ?? SxtBearerDefaults.AuthenticationScheme;
        if (builder.Name is not null)
        {
            builder.ConfigureHttpClient((provider, client) =>
                client.BaseAddress ??= RequireBearer<CallerGateway>(provider, scheme).BaseUrl);
        }

        builder.Services.AddHttpContextAccessor();
        return builder.AddTokenPipeline().RedactAuthorization().AddHttpMessageHandler(provider => new SxtCallerTokenHandler(
            scheme,
            RequireBearer<TokenOrigins>(provider, scheme),
            provider.GetRequiredService<IHttpContextAccessor>(),
            new SteadyLogger(provider.GetRequiredService<ILogger<SxtCallerTokenHandler>>())));
    }

    // The first filter has the last word: it sees all handlers, and what it adds is next to the primary one, inside .NET's logging.
    private static IHttpClientBuilder AddTokenPipeline(this IHttpClientBuilder builder)
    {
        if (!builder.Services.Any(service => !service.IsKeyedService && service.ImplementationType == typeof(TokenPipeline)))
        {
            builder.Services.Insert(0, ServiceDescriptor.Singleton<IHttpMessageHandlerBuilderFilter, TokenPipeline>());
        }

        return builder;
    }

    // After all of the app's own settings: whatever they say about other headers, this one is never logged.
    private static IHttpClientBuilder RedactAuthorization(this IHttpClientBuilder builder)
    {
        builder.Services.AddSingleton<IPostConfigureOptions<HttpClientFactoryOptions>>(
            new PostConfigureOptions<HttpClientFactoryOptions>(builder.Name, Redact));
        return builder;
    }

    private static void Redact(HttpClientFactoryOptions options)
    {
        var appsChoice = options.ShouldRedactHeaderValue;
        options.ShouldRedactHeaderValue = header =>
            string.Equals(header, Authorization, StringComparison.OrdinalIgnoreCase) || appsChoice(header);
    }

    private static T Require<T>(IServiceProvider provider, string identity)
        where T : notnull =>
        provider.GetServices<IdentityRegistration>().Any(known => known.Name == identity)
            ? provider.GetRequiredKeyedService<T>(identity)
            : throw new InvalidOperationException(identity.Length == 0
                ? "AddSxtTokenHandler needs an identity; call services.AddSxt(...)."
                : $"AddSxtTokenHandler(\"{identity}\") needs an identity of that name; call services.AddSxt(\"{identity}\", ...).");

    private static T RequireBearer<T>(IServiceProvider provider, string scheme)
        where T : notnull =>
        provider.GetServices<BearerRegistration>().FirstOrDefault(known => known.Scheme == scheme) is { } registration
            ? provider.GetRequiredKeyedService<T>(registration)
            : throw new InvalidOperationException(
                $"AddSxtCallerTokenHandler needs the authentication scheme '{scheme}'; call AddAuthentication().AddSxtBearer(\"{scheme}\", ...).");
}
