using System.Diagnostics;
using System.Globalization;
using SxtAspNet.Simulation.Scenario;

namespace SxtAspNet.Simulation;

/// <summary>"--seeds N" runs seeds, "--seed N [--trace]" one; without either, the tests run.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] arguments)
    {
        if (Value(arguments, "--seed") is { } seed)
        {
            return RunOne(seed, arguments.Contains("--trace"));
        }

        if (Value(arguments, "--seeds") is { } seeds)
        {
            return RunMany(Value(arguments, "--from") ?? 0, seeds, isVerbose: true);
        }

        return await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(arguments, (_, _) => { });
    }

    /// <summary>Runs seeds, each on one thread; several threads run several seeds.</summary>
    /// <returns>The number of the process's exit code.</returns>
    public static int RunMany(int from, int seeds, bool isVerbose)
    {
        var startedAt = Stopwatch.GetTimestamp();
        var results = new SimulationResult[seeds];
        Parallel.For(0, seeds, index =>
        {
            var result = Run(from + index);
            results[index] = result with { Trace = result.Violations.Count > 0 ? result.Trace : [] };
        });

        var broken = results.Where(result => result.Violations.Count > 0).ToArray();
        foreach (var result in broken.Take(isVerbose ? 20 : 3))
        {
            Console.WriteLine($"seed {result.Seed}: {result.Violations.Count} violations; the first: {result.Violations[0]}");
        }

        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{seeds} seeds in {Stopwatch.GetElapsedTime(startedAt).TotalSeconds:0.0} s: {results.Sum(r => r.Logins)} logins, {results.Sum(r => r.Refreshes)} refreshes, {results.Sum(r => r.Requests)} requests of which {results.Sum(r => r.Failed)} failed; {broken.Length} seeds broke a rule."));
        return broken.Length == 0 ? 0 : 1;
    }

    private static int RunOne(int seed, bool isTraced)
    {
        var result = Run(seed);
        foreach (var line in isTraced || result.Violations.Count > 0 ? result.Trace : [])
        {
            Console.WriteLine(line);
        }

        foreach (var violation in result.Violations)
        {
            Console.WriteLine(violation);
        }

        var again = Run(seed);
        var isSame = again.Trace.SequenceEqual(result.Trace);
        Console.WriteLine(isSame ? "It replays identically." : "It does NOT replay identically.");
        return result.Violations.Count == 0 && isSame ? 0 : 1;
    }

    private static SimulationResult Run(int seed)
    {
        using var simulation = new FarmSimulation(seed);
        return simulation.Run();
    }

    private static int? Value(string[] arguments, string name)
    {
        var index = Array.IndexOf(arguments, name);
        return index >= 0 && index + 1 < arguments.Length
            ? int.Parse(arguments[index + 1], CultureInfo.InvariantCulture)
            : null;
    }
}
