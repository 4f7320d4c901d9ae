using System.Diagnostics;
using System.Globalization;
using SxtAspNet.Simulation.Mutations;
using SxtAspNet.Simulation.Scenario;

namespace SxtAspNet.Simulation;

/// <summary>
/// "--seeds N [--from M]" runs seeds, "--seed N [--trace]" one; "--mutations [--only TEXT]" shows that the simulation can
/// fail; "--scale" counts what farms of different sizes ask for; without any of them, the tests run.
/// </summary>
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

        if (Value(arguments, "--hunt") is { } most)
        {
            return Hunt(most);
        }

        if (arguments.Contains("--scale"))
        {
            return ScaleRun.Run();
        }

        if (arguments.Contains("--mutations"))
        {
            using var mutations = new MutationRun(FindRepository());
            var only = Array.IndexOf(arguments, "--only");
            return mutations.Run(Value(arguments, "--most") ?? 3000, only >= 0 ? arguments[only + 1] : null);
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
            $"{seeds} seeds in {Stopwatch.GetElapsedTime(startedAt).TotalSeconds:0.0} s: {results.Sum(r => r.Logins)} logins, {results.Sum(r => r.Refreshes)} refreshes, {results.Sum(r => r.Exchanges)} exchanges of API keys, {results.Sum(r => r.Requests)} requests of which {results.Sum(r => r.Failed)} failed; {broken.Length} seeds broke a rule."));
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

    /// <summary>Runs seeds until one breaks a rule, or something throws.</summary>
    private static int Hunt(int most)
    {
        for (var seed = 0; seed < most; seed++)
        {
            string? found;
            try
            {
                found = Run(seed).Violations is [var first, ..] ? first : null;
            }
            catch (Exception exception)
            {
                found = $"{exception.GetType().Name}: {exception.Message.Split('\n')[0]}";
            }

            if (found is not null)
            {
                Console.WriteLine($"after {seed + 1} seeds ({found})");
                return 1;
            }
        }

        return 0;
    }

    public static string FindRepository()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "SxtAspNet.sln")))
        {
            folder = folder.Parent;
        }

        return folder?.FullName ?? throw new InvalidOperationException("The sources are not above the program.");
    }

    public static SimulationResult Run(int seed)
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
