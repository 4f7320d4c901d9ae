using System.Security.Cryptography;
using SxtAspNet.Diagnostics;
using SxtAspNet.Gateway;

namespace SxtAspNet.Sessions;

/// <summary>
/// The shared session as the session room sees it: sessions in, sessions out, each call bounded. What leaves the
/// process is sealed; the store of a single instance, which is this process, gets plain bytes.
/// </summary>
internal sealed class SessionStore(SessionContext context, ISxtSessionStore store, string name, ISessionSeal? seal)
{
    private const int LargestRecord = 64 * 1024;

    /// <summary>How long a record outlives its access token, so that its generation is still seen.</summary>
    private static readonly TimeSpan AfterExpiry = TimeSpan.FromMinutes(5);

    /// <summary>How long a note is remembered after its time, so that failures in a row add up.</summary>
    private static readonly TimeSpan AfterNote = TimeSpan.FromMinutes(1);

    /// <summary>A record that nobody has replaced for so long is nobody's: twice as long as any lives in the store.</summary>
    private static readonly TimeSpan Abandoned = 2 * (Session.DocumentedTokenLifetime + AfterExpiry);

    private readonly ForeignCode _code = new(context.Runtime);

    /// <summary>The last record that could not be opened (its hash: a record may be large), and since when it was there.</summary>
    private volatile Unreadable? _unreadable;

    /// <summary>Whether other processes see the store.</summary>
    public bool IsShared => seal is not null;

    private string NothingSeals => $"The session can't be shared: {seal!.Missing}";

    private string NoteName => name + ":note";

    /// <summary>A renewal begins: what could not be opened before is tried again.</summary>
    public void ForgetUnknownSeals() => seal?.ForgetUnknown();

    /// <summary>Gets ready to seal what a renewal brings, with the newest seal.</summary>
    public Task RenewSealAsync() => seal?.RenewAsync() ?? Task.CompletedTask;

    /// <summary>Reads the shared session, with the bytes that a replacement compares.</summary>
    public async Task<StoredSession> ReadAsync()
    {
        if (seal is not null && !await seal.EnsureAsync().ConfigureAwait(false))
        {
            return new(null, null, NothingSeals);
        }

        var read = await ReadAsync(name).ConfigureAwait(false);
        if (read.Value is not { } record)
        {
            return new(null, null, read.Problem);
        }

        var plaintext = await OpenAsync(record).ConfigureAwait(false);
        if (plaintext is not null && SessionRecord.Read(plaintext) is { } session)
        {
            _unreadable = null;
            return context.Identity.User.IsStrangerTo(TokenParts.Read(session.AccessToken?.GetValue())?.Payload.User)
                ? new(null, null, "The stored session is of another user. Give each of the two apps a UserId, or a prefix of its own.")
                : new(record, session, null);
        }

        // It may be another instance's, sealed with a key that this one doesn't have: left alone until it is nobody's.
        return IsAbandoned(record)
            ? new(record, null, null)
            : new(null, null, "The stored session can't be opened: it was sealed with a key that is not configured here, or it was tampered with.");
    }

    /// <summary>Replaces what was read by a session; tells whether that was still there.</summary>
    public Task<StoreAnswer<bool>> TryReplaceAsync(
        StoredSession expected, Session session) =>
        ReplaceAsync(name, expected.Record, SessionRecord.Write(session), TimeToLive(session));

    /// <summary>Writes once more what was read, since a store that can be read may refuse all writes.</summary>
    /// <returns>Why it can't be written; <see langword="null"/>: it can, or there was nothing to write.</returns>
    public async Task<string?> ProveWritesAsync(StoredSession stored) => stored is { Record: { } record, Session: { } session }
        ? (await WriteAsync(name, record, record, TimeToLive(session)).ConfigureAwait(false)).Problem
        : null;

    /// <summary>Reads the note of a failed attempt; none after it has expired.</summary>
    public async Task<StoredNote> ReadNoteAsync()
    {
        if (seal is null)
        {
            return default;
        }

        var (record, problem) = await ReadAsync(NoteName).ConfigureAwait(false);
        var plaintext = record is null ? null : await seal.OpenAsync(NoteName, record).ConfigureAwait(false);
        return new(record, plaintext is null ? null : RenewalNote.Read(plaintext), problem);
    }

    /// <summary>Leaves a note.</summary>
    public Task<StoreAnswer<bool>> TryReplaceNoteAsync(
        StoredNote expected, RenewalNote note) =>
        ReplaceAsync(NoteName, expected.Record, note.Write(), note.Delay + AfterNote);

    /// <summary>What a record holds; <see langword="null"/> when it can't be opened, or is too large to be one.</summary>
    private async Task<byte[]?> OpenAsync(byte[] record) =>
        seal is null ? record
        : record.Length > LargestRecord ? null
        : await seal.OpenAsync(name, record).ConfigureAwait(false);

    /// <summary>Reports a record that can't be opened, once; and tells whether it has been there for too long to be anybody's.</summary>
    private bool IsAbandoned(byte[] record)
    {
        var hash = SHA256.HashData(record);
        if (_unreadable is { } known && known.Hash.AsSpan().SequenceEqual(hash))
        {
            return context.Time.GetElapsedTime(known.MetAt) > Abandoned;
        }

        _unreadable = new Unreadable(hash, context.Time.GetTimestamp());
        context.Logger.RecordUnreadable(name, WhoseItMayBe);
        return false;
    }

    private Task<StoreAnswer<byte[]?>> ReadAsync(string key) =>
        StoreCall.RunAsync(
            _code, StoreOperation.Read, token => store.ReadAsync(key, token), context, isOutside: IsShared);

    private async Task<StoreAnswer<bool>> ReplaceAsync(
        string key, byte[]? expected, byte[] plaintext, TimeSpan timeToLive)
    {
        var record = seal is null ? plaintext : await seal.SealAsync(key, plaintext).ConfigureAwait(false);
        return record is null ? new(false, NothingSeals) : await WriteAsync(key, expected, record, timeToLive).ConfigureAwait(false);
    }

    private Task<StoreAnswer<bool>> WriteAsync(string key, byte[]? expected, byte[] record, TimeSpan timeToLive) => StoreCall.RunAsync(
        _code, StoreOperation.Write, token => store.TryReplaceAsync(key, expected, record, timeToLive, token), context, isOutside: IsShared);

    private TimeSpan TimeToLive(Session session)
    {
        // Until the gateway has been heard, this machine's clock may be wrong by hours.
        var remaining = context.Clock.IsKnown ? session.UnusableFrom - context.Clock.Now : session.Lifetime;
        return (remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero) + AfterExpiry;
    }

    private string WhoseItMayBe => context.Identity.User.IsConfigured
        ? $"Do all instances have the same {seal!.SharedBy}?"
        : $"Do all instances have the same {seal!.SharedBy}? Or is it of an app of another user? Apps without a UserId share their record's name: "
            + "give them different prefixes, or a UserId each.";

    private sealed record Unreadable(byte[] Hash, long MetAt);
}

/// <summary>What a store held: the bytes, and the session in them; neither when it was empty, or when there is a problem.</summary>
internal readonly record struct StoredSession(byte[]? Record, Session? Session, string? Problem);

/// <summary>What a store held beside the record.</summary>
internal readonly record struct StoredNote(byte[]? Record, RenewalNote? Note, string? Problem);
