namespace SxtAspNet.Sessions;

/// <summary>What an instance knows about its session at one moment.</summary>
/// <param name="Session">The session, or a tombstone; <see langword="null"/> before the first.</param>
/// <param name="IsShared">Whether it is in the store.</param>
/// <param name="StoreProblem">What is wrong with the store, if anything.</param>
/// <param name="IsDead">Whether the gateway has ended it: it is neither used, refreshed nor published any more.</param>
/// <param name="InstalledAt">The monotonic timestamp since when it is used.</param>
/// <param name="Jitter">In [0, 1), drawn once per session.</param>
internal sealed record SessionSnapshot(
    Session? Session, bool IsShared, string? StoreProblem, bool IsDead, long InstalledAt, double Jitter)
{
    public bool IsLoggedOut => Session is { IsTombstone: true };

    /// <summary>Whether others use the session too, and the store between them is away.</summary>
    public bool LacksStore => IsShared && StoreProblem is not null;
}
