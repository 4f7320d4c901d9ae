using System.Net;
using System.Net.Sockets;

namespace WebFarm.Processes;

/// <summary>Free ports of the loopback address.</summary>
public static class Ports
{
    /// <summary>A port that was free a moment ago. Whoever can, lets the system choose instead.</summary>
    public static int FindFree()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
