using StackExchange.Redis;

namespace SxtAspNet.Redis;

/// <summary>What is wrong with a connection string of StackExchange.Redis, in words that quote no password.</summary>
internal static class ConnectionString
{
    private const string Example = "\"localhost:6379,password=…\"";

    // Those that StackExchange.Redis documents.
    private static readonly string[] Names =
    [
        "abortConnect", "allowAdmin", "asyncTimeout", "channelPrefix", "checkCertificateRevocation", "configChannel", "configCheckSeconds",
        "connectRetry", "connectTimeout", "defaultDatabase", "heartbeatConsistencyChecks", "heartbeatInterval", "highPriorityThreads",
        "keepAlive", "name", "password", "protocol", "proxy", "resolveDns", "serviceName", "setlib", "ssl", "sslHost", "sslProtocols",
        "syncTimeout", "tiebreaker", "tunnel", "user", "version",
    ];

    /// <returns><see langword="null"/>: it can be used.</returns>
    public static string? ProblemOf(string configuration)
    {
        try
        {
            return ConfigurationOptions.Parse(configuration).EndPoints.Count > 0
                ? null
                : $"the connection string names no server; write one like {Example}.";
        }
        catch (ArgumentOutOfRangeException wrong) when (Array.Exists(Names, name => name.Equals(wrong.ParamName, StringComparison.OrdinalIgnoreCase)))
        {
            return $"the connection string's '{wrong.ParamName}' has a value that it can't have.";
        }
        catch (ArgumentException unknown) when (unknown.ParamName is { Length: > 2 } name && Nearest.To(name, Names, known => known) is { } nearest)
        {
            return $"the connection string has '{name}', which StackExchange.Redis does not know; did you mean '{nearest}'?";
        }
        catch (Exception problem) when (problem is ArgumentException or FormatException)
        {
            // What is like no name that is known may be the rest of a password.
            return $"the connection string is not one of StackExchange.Redis, such as {Example}: it has a name that the client does not know. "
                + "A password with a comma in it goes into ConfigurationOptions.";
        }
    }
}
