using System.Collections.Concurrent;
using System.Globalization;
using WebFarm;
using WebFarm.Processes;

namespace SxtAspNet.Farm.Tests.Infrastructure;

/// <summary>A link of its own for each instance, to the cache or to the gateway, so that one of them can be cut.</summary>
internal sealed class Links : IAsyncDisposable
{
    private readonly ConcurrentDictionary<int, TcpProxy> _links = [];

    public TcpProxy this[FarmInstance instance] => _links[instance.Number];

    /// <summary>Leads an instance to the cache through its link.</summary>
    public void LeadToCache(int number, IDictionary<string, string> settings)
    {
        const string Setting = "ConnectionStrings__redis";
        var port = int.Parse(settings[Setting].Split(':')[^1], CultureInfo.InvariantCulture);
        settings[Setting] = Lay(number, port).Configuration;
    }

    /// <summary>
    /// Leads an instance to the gateway through its link. Its URL can't be another one, since that would be another
    /// gateway; so the link is the system's proxy. The gateway itself understands what is sent to a proxy.
    /// </summary>
    public void LeadToGateway(int number, IDictionary<string, string> settings)
    {
        var port = new Uri(settings["Sxt__GatewayUrl"]).Port;
        settings["HTTP_PROXY"] = settings["http_proxy"] = $"http://{Lay(number, port).Configuration}";
        settings["NO_PROXY"] = settings["no_proxy"] = "";
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var link in _links.Values)
        {
            await link.DisposeAsync();
        }
    }

    private TcpProxy Lay(int number, int port) => _links.GetOrAdd(number, _ => TcpProxy.Start(port));
}
