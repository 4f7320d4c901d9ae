using Medallion.Threading;

namespace SxtAspNet.Testing;

/// <summary>A lock that is held: until it is released, or until its lease ends after its holder was killed.</summary>
internal sealed class FarmLease(InstanceLink holder) : IDistributedSynchronizationHandle
{
    private DateTimeOffset? _endsAt;
    private volatile bool _isReleased;

    public InstanceLink Holder => holder;

    public CancellationToken HandleLostToken => CancellationToken.None;

    public bool IsHeld(DateTimeOffset now) => !_isReleased && (_endsAt is null || now < _endsAt);

    public void EndAt(DateTimeOffset time) => _endsAt ??= time;

    public void Dispose() => _isReleased = true;

    public ValueTask DisposeAsync()
    {
        Dispose();
        return ValueTask.CompletedTask;
    }
}
