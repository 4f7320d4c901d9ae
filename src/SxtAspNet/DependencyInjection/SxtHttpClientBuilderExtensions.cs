using Microsoft.Extensions.Http;
using Microsoft.Extensions.Options;
using SxtAspNet.DependencyInjection;
using SxtAspNet.Outbound;
using SxtAspNet.Sessions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Makes an <see cref="HttpClient"/> authenticated.</summary>
public static class SxtHttpClientBuilderExtensions
{
    private const string Authorization = "Authorization";

    /// <summary>
    /// Adds the access token of an identity to the client's requests, to the gateway and the identity's
    /// <see cref="SxtAspNet.SxtOptions.AllowedOrigins"/> only. A request that can't get one fails with a
    /// <see cref="SxtAspNet.SxtAuthenticationException"/>; it is never sent without. The client's BaseAddress defaults to the gateway.
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

        // After all of the app's own settings: whatever they say about other headers, this one is never logged.
        builder.Services.AddSingleton<IPostConfigureOptions<HttpClientFactoryOptions>>(
            new PostConfigureOptions<HttpClientFactoryOptions>(builder.Name, Redact));
        return builder.AddHttpMessageHandler(provider => Require<SxtTokenHandler>(provider, identity));
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
}
