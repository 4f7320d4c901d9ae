using System.Text.Json;

namespace WebFarm.Processes;

/// <summary>A line that an instance logged: from the JSON console, or anything else that it printed.</summary>
public sealed record LogLine(DateTimeOffset At, int EventId, string Level, string Text, long? Generation)
{
    public bool IsWarning => Level is "Warning" or "Error" or "Critical";

    /// <summary>Reads a line of standard output.</summary>
    public static LogLine Parse(string line)
    {
        try
        {
            if (JsonSerializer.Deserialize<JsonConsoleLine>(line) is { } entry)
            {
                return new LogLine(
                    entry.Timestamp ?? DateTimeOffset.UtcNow,
                    entry.EventId,
                    entry.LogLevel ?? "",
                    entry.Exception is null ? entry.Message ?? "" : $"{entry.Message} {entry.Exception}",
                    entry.ReadGeneration());
            }
        }
        catch (JsonException)
        {
            // A crash report, or what the runtime prints by itself.
        }

        return new LogLine(DateTimeOffset.UtcNow, 0, "Output", line, null);
    }

    public override string ToString() => $"{At:HH:mm:ss.fff} {Level} {EventId} {Text}";

    /// <summary>What the JSON console of Microsoft.Extensions.Logging writes.</summary>
    private sealed record JsonConsoleLine(
        DateTimeOffset? Timestamp,
        int EventId,
        string? LogLevel,
        string? Message,
        string? Exception,
        Dictionary<string, JsonElement>? State)
    {
        public long? ReadGeneration() =>
            State?.TryGetValue("Generation", out var value) is true && value.ValueKind is JsonValueKind.Number && value.TryGetInt64(out var number)
                ? number
                : null;
    }
}
