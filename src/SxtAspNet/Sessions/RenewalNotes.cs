using Microsoft.Extensions.Logging;
using SxtAspNet.Diagnostics;
using SxtAspNet.Gateway;

namespace SxtAspNet.Sessions;

/// <summary>The notes that this instance leaves to the others after a failed attempt, and how it heeds theirs.</summary>
internal sealed class RenewalNotes(SessionStore store, GatewayClock clock, Runtime runtime, ILogger logger)
{
    private readonly NotePatience _patience = new(clock, runtime.TimeProvider);

    /// <summary>Tells this instance's notes from those of others.</summary>
    private readonly long _instance = Random.Shared.NextInt64();

    /// <summary>Another instance's attempt failed a moment ago: asking again at once would only be N attempts instead of one.</summary>
    /// <exception cref="PostponedException">It is not yet time for another attempt.</exception>
    public void ThrowIfPostponed(RenewalNote? note, RenewalRequest request)
    {
        if (note is not null && request.Cause is not RenewalCause.Command && _patience.Remaining(note) is var remaining && remaining > TimeSpan.Zero)
        {
            throw new PostponedException(note, note.Instance == _instance, remaining);
        }
    }

    /// <summary>Leaves a note, if there is anybody to read it.</summary>
    public async Task LeaveAsync(
        StoredNote last, SxtAuthenticationException failure, SxtOptions options, CancellationToken cancellationToken)
    {
        if (!store.IsShared)
        {
            return;
        }

        var failures = (last.Note?.Failures ?? 0) + 1;
        var delay = Backoff.After(failure, failures, runtime.Random());
        var note = new RenewalNote(clock.Now + delay, delay, failures, failure.Reason, _instance);
        try
        {
            await store.TryReplaceNoteAsync(last, note, options, cancellationToken).ConfigureAwait(false);
        }
        catch (StoreUnavailableException unavailable)
        {
            logger.StoreUnavailable(unavailable.Message);
        }
    }
}
