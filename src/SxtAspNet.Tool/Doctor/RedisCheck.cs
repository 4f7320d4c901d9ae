using System.Globalization;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using SxtAspNet.Redis;

namespace SxtAspNet.Tool.Doctor;

/// <summary>Can the Redis of a farm be reached, how fast, may the user do what is needed, and does it keep what it is given?</summary>
internal sealed class RedisCheck(ExaminedApp app, Diagnosis diagnosis, TimeProvider time)
{
    private const string Area = "redis";
    private const int Measurements = 5;

    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(100);

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        foreach (var problem in app.Settings.ConfigureRedis(new SxtRedisOptions()))
        {
            diagnosis.Wrong(Area, problem);
        }

        if (app.Settings.RedisConnection is null)
        {
            ReportMissing();
            return;
        }

        RedisConnection connection;
        try
        {
            _ = app.Redis;
            connection = app.Get<RedisConnection>();
        }
        catch (OptionsValidationException problem)
        {
            diagnosis.Wrong(Area, problem.Message);
            return;
        }

        if (!await ReachAsync(connection, cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        await AskServerAsync(connection, cancellationToken).ConfigureAwait(false);
        var rights = await new RedisRights(connection, app.SessionName).FindProblemsAsync(cancellationToken).ConfigureAwait(false);
        foreach (var problem in rights)
        {
            diagnosis.Wrong(Area, problem, FixOf(problem));
        }

        if (rights.Count == 0)
        {
            diagnosis.Ok(Area, "the user may do all that is needed");
        }

        await new RecordCheck(app, diagnosis, connection).RunAsync(cancellationToken).ConfigureAwait(false);
        await new LockCheck(app, diagnosis, connection, time).RunAsync(cancellationToken).ConfigureAwait(false);
    }

    private void ReportMissing()
    {
        if (app.Settings.NamedRedis is (var name, var givenBy))
        {
            diagnosis.Wrong(Area, $"There is no connection string '{name}' ({givenBy}).", "Add it to the section ConnectionStrings, or correct the name.");
        }
        else
        {
            diagnosis.Note(
                Area,
                $"Not looked at: there is no connection string '{ExaminedSettings.UsualRedis}'. A single instance needs none; if the app has one under another name, give it by --redis.");
        }
    }

    /// <summary>Reads, as the app does, and takes the time.</summary>
    private async Task<bool> ReachAsync(RedisConnection connection, CancellationToken cancellationToken)
    {
        var store = new RedisSessionStore(connection);
        var times = new List<TimeSpan>();
        try
        {
            // The first one opens the connection.
            for (var count = 0; count <= Measurements; count++)
            {
                var startedAt = time.GetTimestamp();
                await store.ReadAsync(app.SessionName, cancellationToken).ConfigureAwait(false);
                times.Add(time.GetElapsedTime(startedAt));
            }
        }
        catch (RedisUnavailableException problem)
        {
            // A right that is missing is listed with the others.
            if (!problem.IsMissingRight)
            {
                diagnosis.Wrong(Area, problem.Message);
            }

            return problem.IsMissingRight;
        }

        var median = times.Skip(1).Order().ElementAt(Measurements / 2);
        var text = string.Create(CultureInfo.InvariantCulture, $"a read takes {median.TotalMilliseconds:0.0} ms");
        if (median > app.Options.StoreTimeout)
        {
            diagnosis.Wrong(Area, $"It answers, but {text}, more than StoreTimeout.", "Use a Redis that is nearer, or raise StoreTimeout.");
        }
        else if (median > Slow)
        {
            diagnosis.Warn(Area, $"It answers, but {text}.", "Use a Redis that is nearer.");
        }
        else
        {
            diagnosis.Ok(Area, $"it answers; {text}");
        }

        return true;
    }

    private async Task AskServerAsync(RedisConnection connection, CancellationToken cancellationToken)
    {
        Dictionary<string, string> info;
        try
        {
            info = await InfoAsync(connection, cancellationToken).ConfigureAwait(false);
        }
        catch (RedisUnavailableException problem)
        {
            diagnosis.Note(Area, $"Version, role and eviction policy are not told. {problem.Message}");
            return;
        }

        var product = info.ContainsKey("garnet_version") ? "Garnet" : "Redis";
        diagnosis.Ok(Area, $"{product} {info.GetValueOrDefault("garnet_version") ?? info.GetValueOrDefault("redis_version") ?? "of an unknown version"}, {info.GetValueOrDefault("role") ?? "role not told"}");
        if (info.GetValueOrDefault("maxmemory_policy") is not { } policy)
        {
            return;
        }

        var hasLimit = info.GetValueOrDefault("maxmemory") is { } limit && limit != "0";
        if (hasLimit && policy != "noeviction")
        {
            diagnosis.Warn(
                Area,
                $"When its memory is full it drops keys (maxmemory-policy {policy}), and the record or the lock may be one of them: each time costs calls to the gateway.",
                "Give the farm a Redis with the policy noeviction, or memory enough.");
        }
        else
        {
            diagnosis.Ok(Area, hasLimit ? "it drops no keys (noeviction)" : "its memory has no limit, so it drops no keys");
        }
    }

    private static async Task<Dictionary<string, string>> InfoAsync(RedisConnection connection, CancellationToken cancellationToken)
    {
        var text = await connection.RunAsync(
            async database => (string?)await database.ExecuteAsync("INFO").ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        return (text ?? "").Split('\n')
            .Select(line => line.Trim().Split(':', 2))
            .Where(parts => parts.Length == 2)
            .DistinctBy(parts => parts[0])
            .ToDictionary(parts => parts[0], parts => parts[1]);
    }

    private static string? FixOf(string problem) =>
        problem.Contains("OOM", StringComparison.Ordinal) ? "Make room: its memory is full, so nothing can be shared."
        : problem.Contains("MISCONF", StringComparison.Ordinal) ? "Fix its disk: it takes no writes as long as it can't save."
        : null;
}
