using Microsoft.Extensions.DependencyInjection;

namespace SxtAspNet.Testing;

/// <summary>One instance of the app in an <see cref="SxtFarmHarness{TProgram}"/>.</summary>
public abstract class SxtFarmInstance
{
    private protected SxtFarmInstance(int index) => Index = index;

    /// <summary>Its place in the farm, from 0.</summary>
    public int Index { get; }

    /// <summary>Whether it runs: it was neither killed nor stopped.</summary>
    public abstract bool IsRunning { get; }

    /// <summary>The app's services.</summary>
    /// <exception cref="InvalidOperationException">The instance was killed or stopped.</exception>
    public abstract IServiceProvider Services { get; }

    /// <summary>The default identity's session.</summary>
    /// <exception cref="InvalidOperationException">The instance was killed or stopped, or the app has no default identity.</exception>
    public ISxtSession Session => Services.GetRequiredService<ISxtSession>();

    /// <summary>A client of the app, as behind a load balancer; it is the caller's to dispose.</summary>
    /// <returns>The client.</returns>
    /// <exception cref="InvalidOperationException">The instance was killed or stopped.</exception>
    public abstract HttpClient CreateClient();

    /// <summary>The index, and what its session can do.</summary>
    public override string ToString() =>
        IsRunning ? $"instance {Index}: {Services.GetService<ISxtSession>()?.Status.ToString() ?? "no default identity"}" : $"instance {Index}: not running";
}
