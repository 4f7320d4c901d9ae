using System.Diagnostics;
using WebFarm.Processes;

namespace WebFarm.Check;

/// <summary>What a process held once it had settled, and at the end.</summary>
public sealed record ResourceGrowth(string Process, double ObservedSeconds, ResourceUse Start, ResourceUse End);

/// <summary>Looks how memory, handles and threads of the farm's processes, this one included, develop.</summary>
public sealed class ResourceMonitor(Farm farm, TimeSpan settling) : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Process _parent = Process.GetCurrentProcess();
    private readonly long _startedAt = TimeProvider.System.GetTimestamp();
    private readonly Dictionary<int, (long At, ResourceUse Use)> _settled = [];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                Look(_parent.Id, _startedAt, () => ResourceUse.Of(_parent));
                foreach (var instance in farm.Instances)
                {
                    if (instance.Process is { } process)
                    {
                        Look(process.Id, instance.UpSince, () => process.Resources);
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The end of the check.
        }
    }

    /// <summary>Compares with now, for every process that is still there and had settled.</summary>
    public IReadOnlyList<ResourceGrowth> Summarize()
    {
        List<ResourceGrowth?> all = [Compare("farm", _parent.Id, ResourceUse.Of(_parent))];
        all.AddRange(farm.Instances.Select(instance => Compare(instance.Name, instance.Process!.Id, instance.Process.Resources)));
        return [.. all.OfType<ResourceGrowth>()];
    }

    public void Dispose() => _parent.Dispose();

    private void Look(int processId, long startedAt, Func<ResourceUse?> read)
    {
        if (!_settled.ContainsKey(processId)
            && TimeProvider.System.GetElapsedTime(startedAt) >= settling
            && read() is { } use)
        {
            _settled.Add(processId, (TimeProvider.System.GetTimestamp(), use));
        }
    }

    private ResourceGrowth? Compare(string name, int processId, ResourceUse? end) =>
        end is not null && _settled.TryGetValue(processId, out var start)
            ? new ResourceGrowth(name, Math.Round(TimeProvider.System.GetElapsedTime(start.At).TotalSeconds), start.Use, end)
            : null;
}
