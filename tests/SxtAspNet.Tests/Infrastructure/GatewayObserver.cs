using Microsoft.Extensions.DependencyInjection;

namespace SxtAspNet.Tests.Infrastructure;

internal static class GatewayObserver
{
    /// <summary>Calls back, in the context of the caller, before each call of the backchannel.</summary>
    public static void ObserveGatewayCalls(this IServiceCollection services, Action observe) =>
        services.PostConfigureAll<SxtOptions>(options =>
            options.BackchannelHttpHandler = new ObservingHandler(options.BackchannelHttpHandler!, observe));

    private sealed class ObservingHandler(HttpMessageHandler inner, Action observe) : DelegatingHandler(inner)
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            observe();
            return base.SendAsync(request, cancellationToken);
        }
    }
}
