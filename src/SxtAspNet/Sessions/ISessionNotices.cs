namespace SxtAspNet.Sessions;

/// <summary>
/// Tells other instances that the store has changed. A notice says nothing but that, and may be lost: then the next
/// poll finds out.
/// </summary>
internal interface ISessionNotices
{
    /// <summary>Tells the others.</summary>
    ValueTask PublishAsync(string channel, CancellationToken cancellationToken);

    /// <summary>Calls back at each notice, from any thread, until disposed.</summary>
    ValueTask<IAsyncDisposable> SubscribeAsync(string channel, Action onNotice, CancellationToken cancellationToken);
}
