namespace SxtAspNet;

/// <summary>
/// Tells other instances that the session store has changed, so that they need not wait for their next poll. A notice
/// says nothing but that, and may be lost: then the poll finds out. Both calls should answer within about a second, or throw.
/// </summary>
public interface ISxtSessionNotices
{
    /// <summary>Tells the others.</summary>
    /// <param name="channel">Names the session.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The end of the call; nobody needs to have heard it.</returns>
    ValueTask PublishAsync(string channel, CancellationToken cancellationToken);

    /// <summary>Calls back at each notice, from any thread, until disposed; at this instance's own notices too, or not.</summary>
    /// <param name="channel">Names the session.</param>
    /// <param name="onNotice">Is called at each notice; it returns at once and throws nothing.</param>
    /// <param name="onLost">
    /// Is called, with the reason, when notices come no more and will not come again by themselves; the subscription is then disposed,
    /// and made again at the next poll. It returns at once and throws nothing.
    /// </param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Disposing it ends the calls.</returns>
    ValueTask<IAsyncDisposable> SubscribeAsync(
        string channel, Action onNotice, Action<Exception> onLost, CancellationToken cancellationToken);
}
