using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using WebFarm.Processes;
using WebFarm.Traffic;

namespace WebFarm;

/// <summary>What an instance says of its session (GET /session).</summary>
public sealed record InstanceSession(
    string State, string Mode, long Generation, DateTimeOffset? AccessTokenExpiresAt, DateTimeOffset? RenewalDueAt, string? FailureMessage);

/// <summary>A place in the farm. Its process can be killed and started again; its name and its figures stay.</summary>
public sealed class FarmInstance(int number)
{
    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(2);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    public int Number { get; } = number;

    public string Name { get; } = number.ToString(CultureInfo.InvariantCulture);

    /// <summary>The present or, when it has ended, the last process.</summary>
    public WebApiProcess? Process { get; internal set; }

    public ProcessState State => IsStarting ? ProcessState.Starting : Process?.State ?? ProcessState.Ended;

    /// <summary>How many processes have been started here.</summary>
    public int Starts { get; internal set; }

    /// <summary>When the present process came up, as a monotonic timestamp.</summary>
    public long UpSince { get; internal set; }

    /// <summary>Whether a process is being started that does not listen yet.</summary>
    internal bool IsStarting { get; set; }

    /// <summary>The generation that the process logged last.</summary>
    internal long? LastGeneration { get; set; }

    public RequestFigures Figures { get; } = new();

    /// <summary>Asks the process for its session; <see langword="null"/> when it doesn't answer.</summary>
    public async Task<InstanceSession?> ReadSessionAsync(CancellationToken cancellationToken)
    {
        if (Process is not { State: ProcessState.Running } process)
        {
            return null;
        }

        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(AnswerLimit);
        try
        {
            return await process.Client.GetFromJsonAsync<InstanceSession>("session", Json, limit.Token);
        }
        catch (Exception exception) when (
            exception is HttpRequestException or JsonException or ObjectDisposedException
            || (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            // Killed or paused meanwhile, which is what this farm is for.
            return null;
        }
    }
}
