using Microsoft.AspNetCore.Hosting;

namespace SxtAspNet.Testing;

/// <summary>One host of the app, with its links to the outside.</summary>
internal sealed class AppInstance<TProgram> : SxtFarmInstance, IAsyncDisposable
    where TProgram : class
{
    private readonly InstanceClock _clock;
    private readonly AppHost<TProgram> _host;

    public AppInstance(int index, SxtGatewayEmulator gateway, FarmRoom room, TimeProvider time, Action<IWebHostBuilder>? configure)
        : base(index)
    {
        _clock = new InstanceClock(time);
        _host = new AppHost<TProgram>(gateway, room.Open(Store), Gateway, _clock, configure);
    }

    public override bool IsRunning => !IsKilled && !IsStopped;

    public override IServiceProvider Services => Running.Services;

    public InstanceLink Store { get; } = new();

    public InstanceLink Gateway { get; } = new();

    private bool IsKilled { get; set; }

    private bool IsStopped { get; set; }

    private AppHost<TProgram> Running =>
        IsRunning ? _host : throw new InvalidOperationException($"Instance {Index} was killed or stopped; farm.StartAsync({Index}) starts another one in its place.");

    public override HttpClient CreateClient() => Running.CreateClient();

    /// <summary>Builds the host and starts it.</summary>
    public void Start() => _ = _host.Server;

    /// <summary>Nothing that it does has an effect from now on, and nothing happens to it.</summary>
    public void Kill()
    {
        IsKilled = true;
        _clock.Stop();
        Store.Die();
        Gateway.Die();
    }

    /// <summary>Stops it as a deployment does.</summary>
    public async Task StopAsync()
    {
        IsStopped = true;
        await _host.DisposeAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        if (!IsStopped)
        {
            IsStopped = true;
            Store.End();
            Gateway.End();
            _clock.Resume();
            await _host.DisposeAsync().ConfigureAwait(false);
        }
    }
}
