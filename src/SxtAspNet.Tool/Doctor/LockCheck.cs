using System.Globalization;
using StackExchange.Redis;
using SxtAspNet.Redis;

namespace SxtAspNet.Tool.Doctor;

/// <summary>
/// Is the renewal lock held for longer than any renewal takes? A lock does not say since when it is held, so one that is held is
/// watched for longer than its lease.
/// </summary>
internal sealed class LockCheck(ExaminedApp app, Diagnosis diagnosis, RedisConnection connection, TimeProvider time)
{
    private const string Area = "lock";

    /// <summary>What PTTL answers of a key that has no end.</summary>
    private const long Endless = -1;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    private readonly RedisKey _key = app.SessionName + Sessions.SessionName.Lock;

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            var first = await ReadAsync(cancellationToken).ConfigureAwait(false);
            if (first.IsNull)
            {
                diagnosis.Ok(Area, "nobody holds it");
                return;
            }

            if (await EndsNeverAsync(cancellationToken).ConfigureAwait(false))
            {
                diagnosis.Wrong(Area, $"It never ends, and nobody extends it{HolderOf(first)}: instances renew without it, after a wait.", $"Delete the key that redis-cli --scan --pattern '{ShortKey}' names.");
                return;
            }

            await WatchAsync(first, cancellationToken).ConfigureAwait(false);
        }
        catch (RedisUnavailableException problem)
        {
            diagnosis.Note(Area, $"It can't be looked at. {problem.Message}");
        }
    }

    /// <summary>A pattern: the whole name would not fit into a line.</summary>
    private string ShortKey => $"{_key.ToString()[..(app.Redis.Prefix.Length + 8)]}*{Sessions.SessionName.Lock}";

    private async Task WatchAsync(RedisValue first, CancellationToken cancellationToken)
    {
        var startedAt = time.GetTimestamp();
        var limit = app.Redis.LockLease * 1.5;
        while (time.GetElapsedTime(startedAt) < limit)
        {
            await Task.Delay(Pause, time, cancellationToken).ConfigureAwait(false);
            if (await ReadAsync(cancellationToken).ConfigureAwait(false) != first)
            {
                diagnosis.Ok(Area, "an instance held it, and has released it: it renews or logs out");
                return;
            }
        }

        diagnosis.Warn(
            Area,
            string.Create(CultureInfo.InvariantCulture, $"The same instance has held it for {limit.TotalSeconds:0.#} s at least{HolderOf(first)}."),
            $"Is the gateway slow? If that instance hangs, stop it; others renew without the lock meanwhile. If there is none, delete the key that redis-cli --scan --pattern '{ShortKey}' names.");
    }

    /// <summary>The lock's value begins with machine and process; a value of another form is somebody else's.</summary>
    private static string HolderOf(RedisValue value) =>
        value.ToString().Split('_') is { Length: >= 3 } parts && parts.All(part => part.All(character => char.IsAsciiLetterOrDigit(character) || character is '-' or '.'))
            ? $" (machine {string.Join('_', parts[..^2])}, process {parts[^2]})"
            : "";

    private Task<RedisValue> ReadAsync(CancellationToken cancellationToken) =>
        connection.RunAsync(database => database.StringGetAsync(_key), cancellationToken).AsTask();

    private async Task<bool> EndsNeverAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await connection.RunAsync(
                async database => (long)await database.ExecuteAsync("PTTL", _key).ConfigureAwait(false) == Endless, cancellationToken).ConfigureAwait(false);
        }
        catch (RedisUnavailableException problem) when (problem.IsMissingRight)
        {
            diagnosis.Note(Area, $"It is held; whether it ends by itself is not told. {problem.Message}");
            return false;
        }
    }
}
