using System.Globalization;
using SxtAspNet.Benchmarks;
using SxtAspNet.Benchmarks.Measuring;

// "[handler] [steps] [redis] [threads] [inbound] [parts] [--rounds N]": all of them without a name. "forged" is a run of its own.
var names = args.TakeWhile(argument => argument != "--rounds").ToArray();
var rounds = new Rounds(args is [.., "--rounds", var count] ? int.Parse(count, CultureInfo.InvariantCulture) : 5);

if (names is ["forged"])
{
    await ForgedRun.RunAsync();
    return;
}

if (IsWanted("handler"))
{
    var all = rounds.Run<HandlerBenchmarks>();
    foreach (var answered in new[] { "at once", "later" })
    {
        Print($"Warm handler; the inner handler completes {answered}", Where(all, $": {answered} answered"), HandlerBenchmarks.Baseline);
    }
}

if (IsWanted("steps"))
{
    Print("Warm handler, step by step; the inner handler completes at once", StepBenchmarks.Run(5), StepBenchmarks.Baseline);
}

if (IsWanted("redis"))
{
    Print("The token from Redis", rounds.Run<RedisBenchmarks>(), RedisBenchmarks.Baseline);
}

if (IsWanted("threads"))
{
    var all = rounds.Run<ThreadBenchmarks>();
    foreach (var threads in new[] { 1, 2, 8, 32 })
    {
        Print($"{threads} threads", Where(all, $": {threads} threads"), ThreadBenchmarks.Baseline);
    }
}

if (IsWanted("inbound"))
{
    Print("Authenticating a caller", rounds.Run<InboundBenchmarks>(), InboundBenchmarks.Baseline);
}

if (IsWanted("parts"))
{
    var parts = rounds.Run<PartBenchmarks>();
    Table.PrintRatios("Outside the requests' way", parts, _ => parts[^1]);
}

bool IsWanted(string name) => names.Length == 0 || names.Contains(name);

static Measured[] Where(IReadOnlyList<Measured> all, string ending) =>
    [.. all.Where(row => row.Name.EndsWith(ending, StringComparison.Ordinal)).Select(row => row with { Name = row.Name[..^ending.Length] })];

static void Print(string title, IReadOnlyList<Measured> rows, string baseline) =>
    Table.PrintRatios(title, rows, _ => rows.Single(row => row.Name == baseline));
