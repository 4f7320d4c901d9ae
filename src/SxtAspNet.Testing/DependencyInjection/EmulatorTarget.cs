using System.Collections.Concurrent;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Http;

namespace SxtAspNet.Testing.DependencyInjection;

/// <summary>Turns an app's settings and HTTP clients towards an emulator.</summary>
internal sealed class EmulatorTarget(SxtGatewayEmulator emulator, Func<HttpMessageHandler, HttpMessageHandler>? link) : IHttpMessageHandlerBuilderFilter
{
    private const string DefaultUser = "emulator-user";

    private readonly ConcurrentDictionary<Uri, bool> _replacedGateways = new();

    public void Configure(SxtOptions options)
    {
        Replace(options.GatewayUrl, options.AllowedOrigins);
        options.GatewayUrl = emulator.BaseAddress;
        options.ProxyUrl = emulator.BaseAddress;
        options.BackchannelHttpHandler = CreateHandler();
        options.UserId = string.IsNullOrEmpty(options.UserId) ? DefaultUser : options.UserId;
        options.Keys.Clear();
        options.Keys.Add(new SxtKeyOptions { Source = emulator.OccasionalKey });
        emulator.AddUser(options.UserId, emulator.OccasionalKey.PublicKey);
    }

    public void Configure(SxtBearerOptions options)
    {
        Replace(options.GatewayUrl ?? new Uri(SxtDefaults.GatewayUrl), options.AllowedOrigins);
        options.GatewayUrl = emulator.BaseAddress;
        options.BackchannelHttpHandler = CreateHandler();
    }

    public Action<HttpMessageHandlerBuilder> Configure(Action<HttpMessageHandlerBuilder> next) => builder =>
    {
        next(builder);
        builder.AdditionalHandlers.Add(new RoutingHandler(this));
    };

    /// <summary>A client may name the configured gateway itself, as an absolute URL.</summary>
    private void Replace(Uri? configured, IList<Uri> allowedOrigins)
    {
        if (configured is { IsAbsoluteUri: true } && configured != emulator.BaseAddress)
        {
            _replacedGateways.TryAdd(Authority(configured), true);
            allowedOrigins.Add(Authority(configured));
        }
    }

    /// <returns>A handler that reaches the emulator; <see langword="null"/> over plain HTTP, where any does.</returns>
    private HttpMessageHandler? CreateHandler()
    {
        if (emulator.IsInMemory)
        {
            var handler = emulator.CreateHandler();
            return link is null ? handler : link(handler);
        }

        return emulator.Certificate is { } certificate ? CreateTrusting(certificate) : null;
    }

    /// <summary>Like the handler in memory it follows no redirect and keeps no cookie. It judges the certificate's name and its days as any other does.</summary>
    private static SocketsHttpHandler CreateTrusting(X509Certificate2 certificate)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(certificate);
        return new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, SslOptions = { CertificateChainPolicy = policy } };
    }

    private static Uri Authority(Uri uri) => new(uri.GetLeftPart(UriPartial.Authority));

    /// <summary>Sends what is meant for the gateway to the emulator, and all else on its way.</summary>
    private sealed class RoutingHandler(EmulatorTarget target) : DelegatingHandler
    {
        private readonly HttpMessageInvoker? _own = target.CreateHandler() is { } handler ? new HttpMessageInvoker(handler) : null;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var original = request.RequestUri;
            var isForGateway = Redirect(request);
            try
            {
                return isForGateway && _own is not null
                    ? await _own.SendAsync(request, cancellationToken).ConfigureAwait(false)
                    : await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                Restore(request, original, isForGateway);
            }
        }

        protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var original = request.RequestUri;
            var isForGateway = Redirect(request);
            try
            {
                return isForGateway && _own is not null
                    ? _own.Send(request, cancellationToken)
                    : base.Send(request, cancellationToken);
            }
            finally
            {
                Restore(request, original, isForGateway);
            }
        }

        protected override void Dispose(bool disposing)
        {
            _own?.Dispose();
            base.Dispose(disposing);
        }

        private bool Redirect(HttpRequestMessage request)
        {
            if (request.RequestUri is not { IsAbsoluteUri: true } uri)
            {
                return false;
            }

            var authority = Authority(uri);
            if (authority == Authority(target.Emulator.BaseAddress))
            {
                return true;
            }

            if (!target._replacedGateways.ContainsKey(authority))
            {
                return false;
            }

            request.RequestUri = new Uri(target.Emulator.BaseAddress, uri.PathAndQuery);
            return true;
        }

        private static void Restore(HttpRequestMessage request, Uri? original, bool isForGateway)
        {
            if (isForGateway)
            {
                request.RequestUri = original;
            }
        }
    }

    private SxtGatewayEmulator Emulator => emulator;
}
