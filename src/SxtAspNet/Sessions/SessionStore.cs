using SxtAspNet.Gateway;

namespace SxtAspNet.Sessions;

/// <summary>The shared session as the session room sees it: sessions in, sessions out.</summary>
internal sealed class SessionStore(ISxtSessionStore store, string name, GatewayClock clock)
{
    /// <summary>How long a record outlives its access token, so that its generation is still seen.</summary>
    private static readonly TimeSpan AfterExpiry = TimeSpan.FromMinutes(5);

    /// <summary>Reads the shared session, with the bytes that a replacement compares.</summary>
    public async ValueTask<StoredSession> ReadAsync(CancellationToken cancellationToken)
    {
        var record = await store.ReadAsync(name, cancellationToken).ConfigureAwait(false);
        return new StoredSession(record, record is null ? null : SessionRecord.Read(record));
    }

    /// <summary>Replaces what was read by a session.</summary>
    public ValueTask<bool> TryReplaceAsync(StoredSession expected, Session session, CancellationToken cancellationToken)
    {
        var remaining = session.UnusableFrom - clock.Now;
        var timeToLive = (remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero) + AfterExpiry;
        return store.TryReplaceAsync(name, expected.Record, SessionRecord.Write(session), timeToLive, cancellationToken);
    }
}

/// <summary>What a store held: bytes, and the session in them if they could be read.</summary>
internal readonly record struct StoredSession(byte[]? Record, Session? Session);
