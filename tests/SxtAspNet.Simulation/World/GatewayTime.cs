namespace SxtAspNet.Simulation.World;

/// <summary>The clock of the gateway: virtual time, and right by definition.</summary>
internal sealed class GatewayTime(VirtualClock clock) : TimeProvider
{
    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => clock.UtcNow;

    public override long GetTimestamp() => clock.Now.Ticks;
}
