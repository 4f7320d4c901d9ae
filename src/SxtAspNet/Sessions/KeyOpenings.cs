using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;
using SxtAspNet.Diagnostics;
using SxtAspNet.Keys;

namespace SxtAspNet.Sessions;

/// <summary>
/// Opens an identity's keys in their order. One that hangs does not hold up those behind it: after a while the following is
/// opened beside it. One that opens in good time, or fails, leaves the following alone until the login wants it.
/// </summary>
internal static class KeyOpenings
{
    /// <summary>Opens the keys, each when it is its turn, and gives them out as they open or fail. Keys not taken are disposed.</summary>
    public static async IAsyncEnumerable<(ISxtKeySource Source, Task<SxtCredential> Key)> OpenAsync(
        KeyOpener keys, SxtOptions options, TimeProvider timeProvider, ILogger logger, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var patience = options.KeyTimeout / 4;
        var following = new Queue<ISxtKeySource>(keys.SourcesFor(options));
        List<(ISxtKeySource Source, Task<SxtCredential> Key)> opening = [];
        using var unwanted = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        try
        {
            while (opening.Count + following.Count > 0)
            {
                if (opening.Count == 0)
                {
                    OpenNext();
                }

                var isEnded = await EndsAsync().ConfigureAwait(false);
                if (!isEnded)
                {
                    logger.KeyFailed(
                        opening[^1].Source,
                        $"It has not opened within {patience.TotalSeconds:0.###} s, a quarter of KeyTimeout. Check that it can be reached from here; if it is only slow, raise KeyTimeout.");
                    OpenNext();
                    continue;
                }

                var ended = opening.First(one => one.Key.IsCompleted);
                opening.Remove(ended);
                yield return ended;
            }
        }
        finally
        {
            unwanted.Cancel();
            opening.ForEach(one => _ = CloseAsync(one.Source, one.Key));
        }

        void OpenNext()
        {
            var source = following.Dequeue();
            opening.Add((source, SxtTraces.StepAsync("sxt open key", () => keys.OpenAsync(source, options, unwanted.Token))));
        }

        async Task CloseAsync(ISxtKeySource source, Task<SxtCredential> unwanted)
        {
            try
            {
                await keys.CloseAsync(source, await unwanted.ConfigureAwait(false), options).ConfigureAwait(false);
            }
            catch (Exception)
            {
                // It did not open; nobody waits for it any more.
            }
        }

        // Whether one has opened or failed before the following is due.
        async Task<bool> EndsAsync()
        {
            var first = Task.WhenAny(opening.Select(one => one.Key));
            try
            {
                await first.WaitAsync(following.Count > 0 ? patience : Timeout.InfiniteTimeSpan, timeProvider, cancellationToken).ConfigureAwait(false);
                return true;
            }
            catch (TimeoutException)
            {
                return first.IsCompleted;
            }
        }
    }
}
