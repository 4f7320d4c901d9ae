using SxtAspNet.Diagnostics;

namespace SxtAspNet.Sessions;

/// <summary>The notes that this instance leaves to the others after a failed attempt, and how it heeds theirs.</summary>
internal sealed class RenewalNotes(SessionContext context, SessionStore store)
{
    /// <summary>Tells this instance's notes from those of others.</summary>
    private readonly long _instance = Random.Shared.NextInt64();

    private RenewalNote? _met;
    private long _metAt;

    /// <summary>Another instance's attempt failed a moment ago: asking again at once would only be N attempts instead of one.</summary>
    /// <returns><see langword="null"/>: the gateway may be asked.</returns>
    public RenewalOutcome.Postponed? Postpone(RenewalNote? note, bool hasToken)
    {
        if (note is null)
        {
            return null;
        }

        var remaining = Remaining(note, note.Delay);
        var urgent = Remaining(note, note.UrgentDelay);
        if ((hasToken ? remaining : urgent) <= TimeSpan.Zero)
        {
            return null;
        }

        var isOwn = note.Instance == _instance;
        var jitter = context.Runtime.Random();
        var delay = remaining + RetryPolicy.Turn(isOwn, hasToken: true, jitter);
        var urgentDelay = urgent + RetryPolicy.Turn(isOwn, hasToken: false, jitter);
        var cause = new SxtAuthenticationException(
            note.Reason,
            $"{(isOwn ? "This" : "Another")} instance of the farm could not renew the session ({note.Reason}, failure {note.Failures} in a row; its log says why); "
            + $"the next attempt is due in {(hasToken ? delay : urgentDelay).TotalSeconds:0.#} s.");
        return new(cause, delay, urgentDelay);
    }

    /// <summary>Leaves a note, if there is anybody to read it.</summary>
    public async Task LeaveAsync(StoredNote last, SxtAuthenticationException failure)
    {
        if (!store.IsShared)
        {
            return;
        }

        var failures = (last.Note?.Failures ?? 0) + 1;
        var jitter = context.Runtime.Random();
        var delay = RetryPolicy.AfterFailure(failure, failures, hasToken: true, jitter);
        var urgentDelay = RetryPolicy.AfterFailure(failure, failures, hasToken: false, jitter);
        var note = new RenewalNote(context.Clock.Now, delay, urgentDelay, failures, failure.Reason, _instance);
        if (await store.TryReplaceNoteAsync(last, note).ConfigureAwait(false) is { Problem: { } problem })
        {
            context.Logger.StoreUnavailable(problem);
        }
    }

    /// <summary>
    /// Never longer than the delay from the moment the note was met, whatever its instant says: an instance that has not
    /// heard the gateway yet, here or where the note was written, has only its own clock, which may be wrong by minutes.
    /// </summary>
    private TimeSpan Remaining(RenewalNote note, TimeSpan delay)
    {
        if (_met != note)
        {
            (_met, _metAt) = (note, context.Time.GetTimestamp());
        }

        var sinceMet = delay - context.Time.GetElapsedTime(_metAt);
        return context.Clock.IsKnown && note.LeftAt + delay - context.Clock.Now is var sinceLeft && sinceLeft < sinceMet ? sinceLeft : sinceMet;
    }
}
