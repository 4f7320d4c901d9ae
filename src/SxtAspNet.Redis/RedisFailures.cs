using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace SxtAspNet.Redis;

/// <summary>
/// Puts into words what StackExchange.Redis throws, whose own messages hold the state of its queues and threads: what
/// failed, and, where a right is missing, which one.
/// </summary>
internal sealed partial class RedisFailures(string prefix, ILogger logger)
{
    private const int LongestAnswer = 160;
    private const string Refused = "Redis refuses the user or the password of the connection. Check what AddRedis was given.";
    private const string MissingRight = "The Redis user lacks";

    [GeneratedRegex("the '(?<command>[^']+)' command", RegexOptions.CultureInvariant)]
    private static partial Regex RefusedCommand { get; }

    [GeneratedRegex(@" on (?<server>\S+?)/(Interactive|Subscription)\b", RegexOptions.CultureInvariant)]
    private static partial Regex FailedServer { get; }

    /// <summary>What a caller is told; the rest goes to the log.</summary>
    public RedisUnavailableException Explain(Exception failure)
    {
        if (failure is RedisUnavailableException explained)
        {
            return explained;
        }

        logger.CallFailed(failure);
        var description = Describe(failure);
        return new RedisUnavailableException(description, description.StartsWith(MissingRight, StringComparison.Ordinal));
    }

    private static IEnumerable<Exception> Causes(Exception failure) =>
        failure is AggregateException all
            ? all.InnerExceptions.SelectMany(Causes)
            : failure.InnerException is { } inner ? Causes(inner).Prepend(failure) : [failure];

    private static string Shorten(string answer)
    {
        // The client appends its state, from the first semicolon on.
        var line = answer.Split(['\n', ';'])[0].Trim();
        return line.Length <= LongestAnswer ? line : line[..LongestAnswer] + "…";
    }

    private string Describe(Exception failure)
    {
        var causes = Causes(failure).ToArray();
        if (causes.OfType<RedisServerException>().FirstOrDefault() is { } refusal)
        {
            return DescribeAnswer(refusal.Message);
        }

        if (causes.OfType<AuthenticationException>().FirstOrDefault() is { } tls)
        {
            return $"The TLS connection to Redis failed: {Shorten(tls.Message)}";
        }

        if (Array.Exists(causes, cause => cause is RedisConnectionException { FailureType: ConnectionFailureType.AuthenticationFailure }))
        {
            return Refused;
        }

        return causes[0] switch
        {
            RedisConnectionException => DescribeConnection(causes),
            RedisTimeoutException or TimeoutException => "Redis did not answer in time.",
            ObjectDisposedException => "The app has disposed its connection to Redis, and gives no other one.",
            _ => $"{causes[0].GetType().Name}: {Shorten(causes[0].Message)}",
        };
    }

    private static string DescribeConnection(Exception[] causes)
    {
        // The client's own words: it does not even send a write to a replica. In a Cluster, a node may be away.
        if (Array.Exists(causes, cause => cause.Message.Contains("requires writable", StringComparison.Ordinal)))
        {
            return "No Redis server that takes writes is connected; what answers may be a replica. Connect to the master; through Sentinel the client finds it.";
        }

        var server = causes.Select(cause => FailedServer.Match(cause.Message)).FirstOrDefault(match => match.Success)?.Groups["server"].Value;

        // The client of our floor does not tell the socket's error.
        var why = causes.OfType<SocketException>().FirstOrDefault()?.Message
            ?? causes.OfType<RedisConnectionException>().Last().FailureType.ToString();
        return $"There is no connection to Redis{(server is null ? "" : $" at {server}")} ({why}). "
            + "Check the connection that AddRedis was given, and that Redis runs there.";
    }

    private string DescribeAnswer(string answer)
    {
        if (answer.StartsWith("NOAUTH", StringComparison.Ordinal) || answer.StartsWith("WRONGPASS", StringComparison.Ordinal))
        {
            return Refused;
        }

        // In a script the code is missing, and so is the name of the command.
        if (!answer.Contains("NOPERM", StringComparison.Ordinal) && !answer.Contains("user executing the script", StringComparison.Ordinal))
        {
            return $"Redis answered: {Shorten(answer)}";
        }

        var missing = RefusedCommand.Match(answer) is { Success: true } match ? Grant(match.Groups["command"].Value)
            : answer.Contains("channel", StringComparison.Ordinal) ? $"the channels &{prefix}*"
            : answer.Contains("key", StringComparison.Ordinal) ? $"the keys ~{prefix}*"
            : "a command of a script (+set +getrange +exists +get +del +pexpire)";
        return $"{MissingRight} {missing}. The ACL that is needed is in docs/redis.md.";

        static string Grant(string command) =>
            command.StartsWith("eval", StringComparison.OrdinalIgnoreCase) ? "the commands +eval +evalsha" : $"the command +{command}";
    }
}
