using System.Diagnostics;

namespace SxtAspNet.Simulation.Mutations;

/// <summary>
/// Shows that the simulation can fail: makes each mutation in a temporary copy of the sources, builds that, and counts
/// the seeds until a rule breaks. The product has no switch for it.
/// </summary>
internal sealed class MutationRun : IDisposable
{
    private static readonly string[] Copied = ["src", "tests/SxtAspNet.Simulation", "tests/Directory.Build.props",
        "Directory.Build.props", "Directory.Packages.props", "global.json", ".editorconfig", "README.md"];

    private readonly string _source;
    private readonly string _copy = Directory.CreateTempSubdirectory("sxt-mutations-").FullName;

    public MutationRun(string source) => _source = source;

    /// <summary>Runs all mutations, or those whose name contains a text.</summary>
    /// <returns>The exit code: 0 when every one was caught.</returns>
    public int Run(int mostSeeds, string? only)
    {
        foreach (var path in Copied)
        {
            Copy(Path.Combine(_source, path), Path.Combine(_copy, path));
        }

        var problem = Hunt(mostSeeds: 50, out var foundAtStart);
        if (problem is not null || foundAtStart is not null)
        {
            Console.WriteLine($"Without a mutation, the simulation should be silent: {problem ?? $"seed {foundAtStart}"}");
            return 1;
        }

        var missed = 0;
        foreach (var mutation in Mutation.All.Where(mutation => only is null || mutation.Name.Contains(only, StringComparison.OrdinalIgnoreCase)))
        {
            var verdict = Try(mutation, mostSeeds);
            missed += verdict.IsCaught ? 0 : 1;
            Console.WriteLine($"{(verdict.IsCaught ? "caught" : "MISSED")}  {mutation.Name}: {verdict.How}");
        }

        Console.WriteLine(missed == 0 ? "Every mutation was caught." : $"{missed} mutations were not caught.");
        return missed == 0 ? 0 : 1;
    }

    public void Dispose() => Directory.Delete(_copy, recursive: true);

    private (bool IsCaught, string How) Try(Mutation mutation, int mostSeeds)
    {
        var file = Path.Combine(_copy, "src", "SxtAspNet", mutation.File);
        var original = File.ReadAllText(file);
        if (mutation.Mutate(original) is not { } mutated)
        {
            return (false, $"the text to mutate is not there once in {mutation.File}; bring the mutation up to date");
        }

        File.WriteAllText(file, mutated);
        try
        {
            return Hunt(mostSeeds, out var foundAt) is { } problem
                ? (false, problem)
                : foundAt is { } seed ? (true, seed) : (false, $"no rule broke in {mostSeeds} seeds");
        }
        finally
        {
            File.WriteAllText(file, original);
        }
    }

    private string? Hunt(int mostSeeds, out string? foundAt)
    {
        foundAt = null;
        var project = Path.Combine(_copy, "tests", "SxtAspNet.Simulation");
        var (buildCode, buildOutput) = Start("build", project, "-c", "Release", "-v", "q", "-p:TreatWarningsAsErrors=false", "-p:RunAnalyzers=false");
        if (buildCode != 0)
        {
            return "it does not build: " + buildOutput.Split('\n').FirstOrDefault(line => line.Contains("error", StringComparison.Ordinal));
        }

        var program = Path.Combine(project, "bin", "Release", "net10.0", "SxtAspNet.Simulation.dll");
        var (code, output) = Start(program, "--hunt", mostSeeds.ToString(System.Globalization.CultureInfo.InvariantCulture));
        foundAt = code == 0 ? null : output.Trim().Split('\n')[^1];
        return null;
    }

    private static (int Code, string Output) Start(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd() + errors.GetAwaiter().GetResult();
        process.WaitForExit();
        return (process.ExitCode, output);
    }

    private static void Copy(string from, string to)
    {
        if (File.Exists(from))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(to)!);
            File.Copy(from, to);
            return;
        }

        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var relative = Path.GetRelativePath(from, file);
            if (!relative.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"))
            {
                Copy(file, Path.Combine(to, relative));
            }
        }
    }
}
