using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Diagnosers;
using BenchmarkDotNet.Jobs;
using BenchmarkDotNet.Loggers;
using BenchmarkDotNet.Running;
using BenchmarkDotNet.Toolchains.InProcess.NoEmit;
using Perfolizer.Horology;

namespace SxtAspNet.Benchmarks.Measuring;

/// <summary>
/// Measures all ways of doing a thing in turn, several times over, in this process: a machine's speed drifts, so a ratio
/// is taken within a round, and the median of the rounds is what counts.
/// </summary>
internal sealed class Rounds(int count)
{
    /// <summary>Measures the benchmarks of a class.</summary>
    /// <exception cref="InvalidOperationException">One of them failed.</exception>
    public IReadOnlyList<Measured> Run<T>()
    {
        var times = new Dictionary<string, List<double>>();
        var bytes = new Dictionary<string, long>();
        for (var round = 0; round < count; round++)
        {
            Console.Error.WriteLine($"{typeof(T).Name}: round {round + 1} of {count}");
            foreach (var report in BenchmarkRunner.Run<T>(Config()).Reports)
            {
                var name = NameOf(report.BenchmarkCase);
                var result = report.ResultStatistics ?? throw new InvalidOperationException($"{name} could not be measured.");
                if (!times.TryGetValue(name, out var known))
                {
                    times[name] = known = [];
                }

                known.Add(result.Median);
                bytes[name] = report.GcStats.GetBytesAllocatedPerOperation(report.BenchmarkCase) ?? 0;
            }
        }

        return [.. times.Select(pair => new Measured(pair.Key, pair.Value, bytes[pair.Key]))];
    }

    private static string NameOf(BenchmarkCase benchmark)
    {
        var parameters = string.Join(", ", benchmark.Parameters.Items.Select(item => $"{item.Value} {item.Name.ToLowerInvariant()}"));
        return benchmark.Descriptor.WorkloadMethodDisplayInfo.Trim('\'') + (parameters.Length == 0 ? "" : ": " + parameters);
    }

    private static ManualConfig Config() => ManualConfig.CreateEmpty()
        .AddJob(Job.Default
            .WithToolchain(InProcessNoEmitToolchain.Instance)
            .WithWarmupCount(3)
            .WithIterationCount(7)
            .WithIterationTime(TimeInterval.FromMilliseconds(100)))
        .AddDiagnoser(MemoryDiagnoser.Default)
        .AddColumnProvider(DefaultColumnProviders.Instance)
        .AddLogger(NullLogger.Instance)
        .WithOptions(ConfigOptions.DisableLogFile | ConfigOptions.DisableOptimizationsValidator);
}
