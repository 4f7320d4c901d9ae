// Puts mistakes into the core and counts those that its tests find. Stryker makes them, all in one assembly, in which an
// environment variable turns one of them on. This program runs the tests: a process of its own for each mistake, with a limit
// of memory and of time. Stryker's own runner reuses its processes, and can't end a mistake that makes a loop without end.
// usage: .ci/mutate [pattern of files, such as '**/Sessions/Renewal.cs']…

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.RegularExpressions;

Directory.SetCurrentDirectory(Path.Combine(Path.GetDirectoryName(ThisFile())!, ".."));
var patterns = args is [] ? ["**/Sessions/**/*.cs", "**/Gateway/**/*.cs", "**/Keys/**/*.cs", "**/Outbound/**/*.cs"] : args;

var mistakes = await Stryker.MakeMistakesAsync(patterns);
var classes = await TestClass.MeasureAllAsync();
Console.WriteLine($"{mistakes.Count} mistakes, {classes.Count} test classes");

var judged = 0;
await Parallel.ForEachAsync(mistakes, TestRun.Several, async (mistake, _) =>
{
    await mistake.JudgeAsync(classes);
    Console.WriteLine($"{Interlocked.Increment(ref judged)} {mistake}");
});

Console.WriteLine();
Console.WriteLine("Not found:");
foreach (var mistake in mistakes.Where(mistake => !mistake.IsFound).OrderBy(mistake => mistake.Id))
{
    Console.WriteLine(mistake);
}

Console.WriteLine();
foreach (var folder in mistakes.GroupBy(mistake => mistake.Folder))
{
    var found = folder.Count(mistake => mistake.IsFound);
    var late = folder.Count(mistake => mistake.Verdict == Verdict.TookTooLong);
    Console.WriteLine($"{folder.Key}: {folder.Count()} mistakes, {100.0 * found / folder.Count():F0} % found, {late} of them by the limit of time");
}

static string ThisFile([CallerFilePath] string path = "") => path;

internal enum Verdict
{
    NoTestRunsIt,
    Survived,
    TestFailed,
    ProcessFailed,
    TookTooLong,
}

/// <summary>One change of the core's code, as Stryker's report has it.</summary>
internal sealed class Mistake(int id, string file, int line, string kind, string replacement)
{
    public int Id { get; } = id;

    public string Folder { get; } = Path.GetFileName(Path.GetDirectoryName(file)!);

    public Verdict Verdict { get; private set; }

    public bool IsFound => Verdict > Verdict.Survived;

    public async Task JudgeAsync(IReadOnlyCollection<TestClass> classes)
    {
        // Those that find most in the least time first, in groups that take longer and longer.
        var rest = new Queue<TestClass>(classes.Where(tests => tests.Covered.Contains(Id)).OrderByDescending(tests => tests.Promise));
        var time = TimeSpan.FromSeconds(5);
        while (rest.Count > 0 && !IsFound)
        {
            var group = new List<TestClass>();
            var expected = TimeSpan.Zero;
            while (expected < time && rest.TryDequeue(out var next))
            {
                group.Add(next);
                expected += next.Duration;
            }

            Judge(await TestRun.StartAsync(
                [.. group.SelectMany(tests => tests.Filter), "-stopOnFail"], TimeSpan.FromSeconds(20) + 2 * expected,
                ("STRYKER_MUTANT_ID_CONTROL_VAR", "MISTAKE"), ("MISTAKE", Id.ToString(CultureInfo.InvariantCulture))), group);
            time *= 2;
        }
    }

    public override string ToString() => $"{Verdict}: {file}:{line} ({kind}) {replacement}";

    private void Judge(TestRun run, List<TestClass> group)
    {
        var failed = group.Where(tests => run.Failed.Any(test => test.StartsWith($"{tests.Name}.", StringComparison.Ordinal))).ToList();
        failed.ForEach(tests => tests.CountFind());
        Verdict = run.ExitCode switch
        {
            0 => Verdict.Survived,
            null => Verdict.TookTooLong,
            _ => failed.Count > 0 ? Verdict.TestFailed : Verdict.ProcessFailed,
        };
    }
}

/// <summary>A class of tests: which mistakes its tests run through, how long they take, how many mistakes they have found.</summary>
internal sealed partial class TestClass(string name, TimeSpan duration, IReadOnlySet<int> covered)
{
    private int _finds;

    public string Name { get; } = name;

    public TimeSpan Duration { get; } = duration;

    public IReadOnlySet<int> Covered { get; } = covered;

    public string[] Filter => FilterOf(Name);

    public double Promise => (_finds + 0.5) / (Duration.TotalSeconds + 0.5);

    public void CountFind() => Interlocked.Increment(ref _finds);

    public static async Task<IReadOnlyCollection<TestClass>> MeasureAllAsync()
    {
        var classes = new ConcurrentBag<TestClass>();
        var names = (await TestRun.StartAsync(["-list", "classes"], TimeSpan.FromMinutes(1))).Output.Split('\n', StringSplitOptions.TrimEntries);
        await Parallel.ForEachAsync(
            names.Where(name => name.StartsWith("SxtAspNet.", StringComparison.Ordinal) && !LeftOut.IsMatch(name)),
            TestRun.Several,
            async (name, _) => classes.Add(await MeasureAsync(name)));
        return classes;
    }

    private static async Task<TestClass> MeasureAsync(string name)
    {
        var folder = Directory.CreateTempSubdirectory();
        try
        {
            var run = await TestRun.StartAsync(
                FilterOf(name), TimeSpan.FromMinutes(5), ("STRYKER_COVERAGE_FILE", "covered.txt"), ("TMPDIR", folder.FullName));
            if (run.ExitCode is not 0)
            {
                throw new InvalidOperationException($"The tests fail without a mistake:\n{run.Output}");
            }

            // Two lists with a semicolon between them: ids met in code that runs, and in static initializers.
            var ids = folder.GetFiles("covered-*.txt").SelectMany(file => File.ReadAllText(file.FullName).Split([',', ';'], StringSplitOptions.RemoveEmptyEntries));
            return new TestClass(name, run.Duration, ids.Select(id => int.Parse(id, CultureInfo.InvariantCulture)).ToHashSet());
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static string[] FilterOf(string name) => ["-class", name];

    /// <summary>Tests of real sockets or random input, and of the project's files: slow, or blind to mistakes in the core.</summary>
    [GeneratedRegex("OutsideTests|TransportFailureTests|Fuzzing|Properties|ConventionTests|Schema|Samples")]
    private static partial Regex LeftOut { get; }
}

/// <summary>One process that runs tests of the instrumented core, and how it ended.</summary>
/// <param name="ExitCode"><see langword="null"/> when it took too long.</param>
/// <param name="Failed">The full names of the tests that failed.</param>
/// <param name="Output">What it printed.</param>
/// <param name="Duration">How long it ran.</param>
internal sealed partial record TestRun(int? ExitCode, IReadOnlyList<string> Failed, string Output, TimeSpan Duration)
{
    /// <summary>As many processes as the machine has processors.</summary>
    public static ParallelOptions Several { get; } = new() { MaxDegreeOfParallelism = Environment.ProcessorCount };

    public static async Task<TestRun> StartAsync(string[] arguments, TimeSpan limit, params (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(Path.GetFullPath($"{Stryker.Instrumented}/SxtAspNet.Tests"), arguments)
        {
            WorkingDirectory = Stryker.Instrumented,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["NO_COLOR"] = "1";
        // A loop that allocates without end fails for want of memory; 1.5 GiB, in hexadecimal digits.
        start.Environment["DOTNET_GCHeapHardLimit"] = "60000000";
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        var watch = Stopwatch.StartNew();
        using var process = Process.Start(start)!;
        var output = Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        using var timer = new CancellationTokenSource(limit);
        int? exitCode = null;
        try
        {
            await process.WaitForExitAsync(timer.Token);
            exitCode = process.ExitCode;
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
        }

        var text = string.Concat(await output);
        return new TestRun(exitCode, [.. FailedTest.Matches(text).Select(match => match.Groups[1].Value)], text, watch.Elapsed);
    }

    [GeneratedRegex(@"^\s*(?:\S*\s)??(SxtAspNet\.\S+?)(?:\(.*)? \[FAIL\]", RegexOptions.Multiline)]
    private static partial Regex FailedTest { get; }
}

/// <summary>Stryker, which makes the mistakes, and is given one quick test to run.</summary>
internal static class Stryker
{
    /// <summary>The tests beside a core that has all mistakes in it.</summary>
    public const string Instrumented = "artifacts/mutation/tests";

    private const string Tests = "tests/SxtAspNet.Tests/bin/Debug/net10.0";

    public static async Task<IReadOnlyList<Mistake>> MakeMistakesAsync(string[] patterns)
    {
        using var stryker = Process.Start(new ProcessStartInfo("dotnet",
        [
            "tool", "run", "dotnet-stryker", "--", "--config-file", "stryker-config.json", "--output", "../artifacts/mutation",
            "--skip-version-check", "--test-case-filter", "FullyQualifiedName~SxtAspNet.Tests.Keys.StrictDerTests",
            .. patterns.SelectMany(pattern => new[] { "--mutate", pattern }),
        ])
        { WorkingDirectory = ".ci" })!;

        // It keeps the right assembly under another name, puts the changed one beside the tests, and changes them back at its end.
        while (!stryker.HasExited)
        {
            if (!Directory.Exists(Instrumented) && File.Exists($"{Tests}/SxtAspNet.dll.stryker-unchanged") && File.Exists($"{Tests}/SxtAspNet.dll"))
            {
                // It may still be writing; its tests take longer than that.
                await Task.Delay(TimeSpan.FromSeconds(1));
                CopyTests();
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100));
        }

        if (stryker.ExitCode is not 0 || !Directory.Exists(Instrumented))
        {
            throw new InvalidOperationException($"Stryker made no assembly with mistakes; it ended with exit code {stryker.ExitCode}.");
        }

        return ReadReport();
    }

    private static void CopyTests()
    {
        foreach (var file in Directory.GetFiles(Tests, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(Instrumented, Path.GetRelativePath(Tests, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }

    private static List<Mistake> ReadReport()
    {
        using var report = JsonDocument.Parse(File.ReadAllText("artifacts/mutation/reports/mutation-report.json"));
        return
        [
            .. from file in report.RootElement.GetProperty("files").EnumerateObject()
               from mutant in file.Value.GetProperty("mutants").EnumerateArray()
               where mutant.GetProperty("status").GetString() is not ("Ignored" or "CompileError")
               select new Mistake(
                   int.Parse(mutant.GetProperty("id").GetString()!, CultureInfo.InvariantCulture),
                   Path.GetRelativePath(Environment.CurrentDirectory, file.Name),
                   mutant.GetProperty("location").GetProperty("start").GetProperty("line").GetInt32(),
                   mutant.GetProperty("mutatorName").GetString()!,
                   string.Join(' ', mutant.GetProperty("replacement").GetString()!.Split(default(char[]), StringSplitOptions.RemoveEmptyEntries))),
        ];
    }
}
