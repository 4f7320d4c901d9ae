using System.Globalization;
using StackExchange.Redis;
using SxtAspNet.Gateway;
using SxtAspNet.Keys;
using SxtAspNet.Redis;
using SxtAspNet.Sessions;

namespace SxtAspNet.Tool.Doctor;

/// <summary>What the farm shares: the record, who can open it, the note of the last failure, and who listens.</summary>
internal sealed class RecordCheck(ExaminedApp app, Diagnosis diagnosis, RedisConnection connection)
{
    private const string Area = "record";
    private const int MostScans = 20;

    private readonly string _name = app.SessionName;
    private readonly SealKeyRing _ring = app.Get<SealKeyRing>();

    private string ShortName => $"{app.Redis.Prefix}{_name[app.Redis.Prefix.Length..][..8]}…";

    private DateTimeOffset Now => app.Get<GatewayClock>().Now;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            if (await new RedisSessionStore(connection).ReadAsync(_name, cancellationToken).ConfigureAwait(false) is { } record)
            {
                await ExamineAsync(record, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                diagnosis.Note(
                    Area,
                    $"There is none ({ShortName}): no instance with this prefix, gateway and user has had a session in the last minutes.{await OthersAsync(cancellationToken).ConfigureAwait(false)}");
            }

            await ExamineNoteAsync().ConfigureAwait(false);
            await CountListenersAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (RedisUnavailableException problem)
        {
            diagnosis.Note(Area, $"It can't be looked at. {problem.Message}");
        }
    }

    private async Task ExamineAsync(byte[] record, CancellationToken cancellationToken)
    {
        if (record is [DataProtectionSeal.FormatVersion, ..])
        {
            diagnosis.Note(Area, $"There is one ({ShortName}), sealed by Data Protection, whose keys only the app has.");
            return;
        }

        if (record.Length > RedisSessionStore.Longest || !SessionCipher.HasKeyId(record))
        {
            diagnosis.Wrong(
                Area,
                $"What is stored as the record ({ShortName}, {Math.Min(record.Length, RedisSessionStore.Longest)} bytes{(record.Length > RedisSessionStore.Longest ? " and more" : "")}) is none of this library, so each instance keeps a session of its own.",
                $"Find out who writes under the prefix {app.Redis.Prefix}, and delete that key.");
            return;
        }

        var plaintext = await new KeySeal(_ring, app.Get<SessionContext>()).OpenAsync(_name, record).ConfigureAwait(false);
        var sealedBy = await SealedByAsync(record, cancellationToken).ConfigureAwait(false);
        app.ReportWarnings(Area, diagnosis);
        if (plaintext is null)
        {
            var isKnown = new SessionCipher(_ring, app.Get<SessionIdentity>()).IsKeyKnown(record);
            diagnosis.Wrong(
                Area,
                isKnown
                    ? $"The record ({ShortName}) was sealed with {sealedBy}, but has been changed since, or belongs in another place."
                    : $"The record ({ShortName}) was sealed with a key that is not configured here, so an instance with these settings can't open it and keeps a session of its own.",
                isKnown ? "Delete it: the next renewal writes another." : "Give all instances the same Seal, or, where none is set, the same Keys; during a rotation, both keys.");
        }
        else if (SessionRecord.Read(plaintext) is { } session)
        {
            Describe(session, sealedBy ?? "the key from before the last rotation");
        }
        else
        {
            diagnosis.Wrong(Area, $"The record ({ShortName}) opens, but can't be read.", "Are there instances of different versions of the library?");
        }
    }

    private void Describe(Session session, string sealedBy)
    {
        var age = $"generation {session.Generation}, {Text(Now - session.GrantedAt)} old, sealed with {sealedBy}";
        if (session.IsTombstone)
        {
            diagnosis.Note(Area, $"The session was logged out ({age}); the next request logs in.");
        }
        else if (session.UnusableFrom <= Now)
        {
            diagnosis.Wrong(Area, $"Its token ended {Text(Now - session.UnusableFrom)} ago ({age}), and no instance has renewed it.", "Do the instances run? Their logs and health say why they don't renew.");
        }
        else
        {
            diagnosis.Ok(Area, $"{age}; the token works for {Text(session.UnusableFrom - Now)} more, the session for {Text(session.EndsAt - Now)}");
        }
    }

    /// <summary>Names the configured key or seal that a record was sealed with.</summary>
    private async Task<string?> SealedByAsync(byte[] record, CancellationToken cancellationToken)
    {
        foreach (var source in app.Get<SealSources>().For(app.Options))
        {
            try
            {
                using var key = await source.DeriveAsync(app.Options, cancellationToken).ConfigureAwait(false);
                if (key is not null && SessionCipher.KeyId(record).SequenceEqual(key.Id))
                {
                    return source.ToString();
                }
            }
            catch (SxtAuthenticationException)
            {
                // What does not open was reported with the keys.
            }
        }

        return null;
    }

    private async Task ExamineNoteAsync()
    {
        var (_, note, problem) = await app.Get<SessionStore>().ReadNoteAsync().ConfigureAwait(false);
        if (problem is not null)
        {
            diagnosis.Note("note", problem);
        }
        else if (note is not null)
        {
            diagnosis.Warn(
                "note",
                $"{Text(Now - note.LeftAt)} ago an instance could not renew the session ({note.Reason}, failure {note.Failures} in a row).",
                "docs/operations.md says what to do about each reason; that instance's log has the words.");
        }
        else
        {
            diagnosis.Ok("note", "no instance has left word of a failure");
        }
    }

    private async Task CountListenersAsync(CancellationToken cancellationToken)
    {
        try
        {
            var count = await connection.RunAsync(
                async database =>
                {
                    var channel = RedisNotices.Channel(_name + Sessions.SessionName.Notices, database);

                    // Each node of a Cluster knows its own.
                    var counts = await Task.WhenAll(database.Multiplexer.GetServers()
                        .Where(server => server.IsConnected)
                        .Select(server => server.SubscriptionSubscriberCountAsync(channel))).ConfigureAwait(false);
                    return counts.Sum();
                },
                cancellationToken).ConfigureAwait(false);
            if (count > 0)
            {
                diagnosis.Ok("instances", $"{count} {(count == 1 ? "listens" : "listen")} to notices");
            }
            else
            {
                diagnosis.Warn("instances", "None listens to notices.", "Do any run, with this prefix, gateway, user and database? Without notices they learn of a new session by polls.");
            }
        }
        catch (RedisUnavailableException problem)
        {
            diagnosis.Note("instances", $"How many listen to notices is not told. {problem.Message}");
        }
    }

    /// <summary>Instances with another gateway or user have another record under the same prefix.</summary>
    private async Task<string> OthersAsync(CancellationToken cancellationToken)
    {
        try
        {
            var others = await connection.RunAsync(CountOthersAsync, cancellationToken).ConfigureAwait(false);
            return others == 0 ? "" : $" There are {others} of another gateway, user or version of the library.";
        }
        catch (RedisUnavailableException problem)
        {
            return $" Whether there are others under the prefix is not told. {problem.Message}";
        }
    }

    private async Task<int> CountOthersAsync(IDatabase database)
    {
        var names = new HashSet<string>();
        var cursor = "0";
        for (var scans = 0; scans == 0 || (cursor != "0" && scans < MostScans); scans++)
        {
            var page = await database.ExecuteAsync("SCAN", cursor, "MATCH", $"{app.Redis.Prefix}*", "COUNT", 1000).ConfigureAwait(false);
            cursor = (string)page[0]!;
            names.UnionWith(((string[])page[1]!).Where(IsRecord));
        }

        return names.Count;
    }

    private bool IsRecord(string key) => key != _name && key.Length == _name.Length && !key.AsSpan(app.Redis.Prefix.Length).Contains(':');

    private static string Text(TimeSpan time) => time.Duration() switch
    {
        { TotalMinutes: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0} s"),
        { TotalHours: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{time.TotalMinutes:0} min"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0.#} h"),
    };
}
