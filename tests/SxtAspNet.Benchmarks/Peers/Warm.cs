using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SxtAspNet.Outbound;
using SxtAspNet.Testing;

namespace SxtAspNet.Benchmarks.Peers;

/// <summary>The token handler as an app has it, with a session that was logged in for at the emulator.</summary>
internal sealed class Warm : IDisposable
{
    private readonly SxtGatewayEmulator _gateway = new();
    private readonly ServiceProvider _provider;
    private readonly MeterListener _listener = new();

    public Warm(bool hasListener = false)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));
        services.AddSxt(options => options.UserId = "benchmark");
        services.UseSxtGatewayEmulator(_gateway);
        _provider = services.BuildServiceProvider();
        if (hasListener)
        {
            var meters = _provider.GetRequiredService<IMeterFactory>();
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Scope == meters)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.Start();
        }

        Session = _provider.GetRequiredService<ISxtSession>();
        Token = Session.GetAccessTokenAsync().AsTask().GetAwaiter().GetResult().GetValue();
    }

    public Uri Url => new(_gateway.BaseAddress, "v1/sql");

    public string Token { get; }

    public ISxtSession Session { get; }

    public SxtTokenHandler CreateHandler() => _provider.GetRequiredKeyedService<SxtTokenHandler>("");

    public void Dispose()
    {
        _listener.Dispose();
        _provider.Dispose();
        _gateway.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }
}
