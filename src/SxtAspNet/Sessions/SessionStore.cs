using Microsoft.Extensions.Logging;
using SxtAspNet.Diagnostics;
using SxtAspNet.Gateway;

namespace SxtAspNet.Sessions;

/// <summary>
/// The shared session as the session room sees it: sessions in, sessions out, each call bounded. What leaves the
/// process is sealed; the store of a single instance, which is this process, gets plain bytes.
/// </summary>
internal sealed class SessionStore(
    ISxtSessionStore store, string name, SessionSeal? seal, SealKeyRing keys, GatewayClock clock, Runtime runtime, ILogger logger)
{
    /// <summary>How long a record outlives its access token, so that its generation is still seen.</summary>
    private static readonly TimeSpan AfterExpiry = TimeSpan.FromMinutes(5);

    /// <summary>How long a note is remembered after its time, so that failures in a row add up.</summary>
    private static readonly TimeSpan AfterNote = TimeSpan.FromMinutes(1);

    private readonly ForeignCode _code = new(runtime);

    private byte[]? _reported;

    /// <summary>Whether other processes see the store.</summary>
    public bool IsShared => seal is not null;

    private string NoteName => name + ":note";

    /// <summary>Reads the shared session, with the bytes that a replacement compares.</summary>
    /// <exception cref="StoreUnavailableException">There is no answer, or there is a record that can't be opened.</exception>
    public async Task<StoredSession> ReadAsync(SxtOptions options, CancellationToken cancellationToken)
    {
        await EnsureKeysAsync(options, cancellationToken).ConfigureAwait(false);
        if (await ReadAsync(name, options, cancellationToken).ConfigureAwait(false) is not { } record)
        {
            return default;
        }

        var plaintext = await OpenAsync(record, options, cancellationToken).ConfigureAwait(false);
        if (plaintext is not null && SessionRecord.Read(plaintext) is { } session)
        {
            return new StoredSession(record, session);
        }

        if (_reported is null || !_reported.AsSpan().SequenceEqual(record))
        {
            _reported = record;
            logger.RecordUnreadable(name);
        }

        // It may be another instance's, sealed with a key that this one doesn't have: left alone until it expires.
        throw new StoreUnavailableException(
            "The stored session can't be opened: it was sealed with a key that is not configured here, or it was tampered with.");
    }

    /// <summary>Replaces what was read by a session.</summary>
    /// <exception cref="StoreUnavailableException">There is no answer, or no key to seal with.</exception>
    public Task<bool> TryReplaceAsync(
        StoredSession expected, Session session, SxtOptions options, CancellationToken cancellationToken)
    {
        var remaining = session.UnusableFrom - clock.Now;
        return ReplaceAsync(
            name,
            expected.Record,
            SessionRecord.Write(session),
            (remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero) + AfterExpiry,
            options,
            cancellationToken);
    }

    /// <summary>Reads the note of a failed attempt; none after it has expired.</summary>
    /// <exception cref="StoreUnavailableException">There is no answer.</exception>
    public async Task<StoredNote> ReadNoteAsync(SxtOptions options, CancellationToken cancellationToken)
    {
        if (!IsShared || await ReadAsync(NoteName, options, cancellationToken).ConfigureAwait(false) is not { } record)
        {
            return default;
        }

        var plaintext = seal!.Open(NoteName, record);
        return new StoredNote(record, plaintext is null ? null : RenewalNote.Read(plaintext));
    }

    /// <summary>Leaves a note.</summary>
    /// <exception cref="StoreUnavailableException">There is no answer, or no key to seal with.</exception>
    public Task<bool> TryReplaceNoteAsync(
        StoredNote expected, RenewalNote note, SxtOptions options, CancellationToken cancellationToken) =>
        ReplaceAsync(
            NoteName, expected.Record, note.Write(), note.Delay + AfterNote, options, cancellationToken);

    private async Task EnsureKeysAsync(SxtOptions options, CancellationToken cancellationToken)
    {
        if (IsShared && keys.Sealing is null)
        {
            await keys.LoadAsync(options, cancellationToken).ConfigureAwait(false);
            if (keys.Sealing is null)
            {
                throw new StoreUnavailableException("The session can't be shared: no configured key gives a seal key.");
            }
        }
    }

    private async Task<byte[]?> OpenAsync(byte[] record, SxtOptions options, CancellationToken cancellationToken)
    {
        if (seal is null)
        {
            return record;
        }

        if (seal.IsReasonToReload(record))
        {
            // Either a rotation is not known here yet, or whoever sealed the record does not know it yet.
            await keys.LoadAsync(options, cancellationToken).ConfigureAwait(false);
            if (!seal.IsKeyKnown(record))
            {
                await keys.LoadPreviousAsync(options, cancellationToken).ConfigureAwait(false);
            }
        }

        return seal.Open(name, record);
    }

    private Task<byte[]?> ReadAsync(string key, SxtOptions options, CancellationToken cancellationToken) =>
        StoreCall.RunAsync(
            "Reading the session store",
            token => store.ReadAsync(key, token),
            options.StoreTimeout,
            _code,
            cancellationToken);

    private Task<bool> ReplaceAsync(
        string key, byte[]? expected, byte[] plaintext, TimeSpan timeToLive, SxtOptions options, CancellationToken cancellationToken)
    {
        var record = seal is null ? plaintext : seal.Seal(key, plaintext);
        return record is null
            ? throw new StoreUnavailableException("The session can't be shared: no configured key gives a seal key.")
            : StoreCall.RunAsync(
                "Writing to the session store",
                token => store.TryReplaceAsync(key, expected, record, timeToLive, token),
                options.StoreTimeout,
                _code,
                cancellationToken);
    }
}

/// <summary>What a store held: the bytes, and the session in them; neither when it was empty.</summary>
internal readonly record struct StoredSession(byte[]? Record, Session? Session);

/// <summary>What a store held beside the record.</summary>
internal readonly record struct StoredNote(byte[]? Record, RenewalNote? Note);
