using Microsoft.Extensions.Logging;
using SxtAspNet.Diagnostics;

namespace SxtAspNet.DependencyInjection;

/// <summary>Says once that an app still names the gateway's former address, in whichever of its settings.</summary>
internal sealed class FormerGatewayNotice(ILogger<SxtOptions> logger)
{
    private readonly SteadyLogger _logger = new(logger);
    private int _given;

    public void Check(Uri gatewayUrl)
    {
        if (SxtDefaults.IsFormerGateway(gatewayUrl) && Interlocked.Exchange(ref _given, 1) == 0)
        {
            _logger.FormerGateway(gatewayUrl, SxtDefaults.GatewayUrl);
        }
    }
}
