using SxtAspNet.Diagnostics;

namespace SxtAspNet.Sessions;

/// <summary>What a renewal starts from.</summary>
internal sealed record RenewalAttempt(RenewalCause Cause, SessionSnapshot Before);

/// <summary>What the store holds, and what that means for a renewal, if it decides it.</summary>
internal readonly record struct FarmState(StoredSession Stored, StoredNote Note, RenewalOutcome? Decided);

/// <summary>
/// Reads what the rest of the farm has done: the record and the note beside it. A newer session is adopted; after a failure a
/// moment ago the attempt is postponed.
/// </summary>
internal sealed class FarmReader(SessionContext context, CurrentSession current, SessionStore store, SharedSession shared, RenewalNotes notes)
{
    private const int MostFirstReads = 3;

    /// <summary>Reads the store for the first time.</summary>
    /// <remarks>
    /// A cold instance has several tries: its first connection takes a while, and a login that all instances of a cold farm
    /// make on their own is what the store is to prevent. But requests wait, so one time limit holds for all tries.
    /// </remarks>
    public async Task<FarmState> ReadFirstAsync(RenewalAttempt attempt)
    {
        var startedAt = context.Time.GetTimestamp();
        FarmState farm;
        var reads = 0;
        do
        {
            farm = await ReadAsync(attempt).ConfigureAwait(false);
        }
        while (farm.Stored.Problem is not null
            && attempt.Before.Session is null
            && ++reads < MostFirstReads
            && context.Time.GetElapsedTime(startedAt) <= context.Options.StoreTimeout);
        return farm;
    }

    /// <summary>Reads the record and the note beside it.</summary>
    public async Task<FarmState> ReadAsync(RenewalAttempt attempt)
    {
        if (current.Usable is { } usable && SharedSession.IsNewer(usable.Session, attempt.Before.Session))
        {
            // Adopted or granted since this attempt was decided on.
            return new(default, default, new RenewalOutcome.Adopted(usable.Session));
        }

        var stored = await store.ReadAsync().ConfigureAwait(false);
        if (stored.Problem is not null)
        {
            return new(stored, default, null);
        }

        if (SharedSession.IsNewer(stored.Session, attempt.Before.Session)
            && (stored.Session.IsTombstone
                ? attempt.Cause is RenewalCause.Schedule
                : await shared.IsUsableAsync(stored.Session).ConfigureAwait(false)))
        {
            return new(stored, default, shared.Adopt(stored.Session, Words.Renewal));
        }

        var note = await store.ReadNoteAsync().ConfigureAwait(false);
        var postponed = attempt.Cause is RenewalCause.Command ? null : notes.Postpone(note.Note, hasToken: context.Time.Until(current.UrgentFrom()) > TimeSpan.Zero);
        return new(stored with { Problem = note.Problem }, note, postponed);
    }
}
