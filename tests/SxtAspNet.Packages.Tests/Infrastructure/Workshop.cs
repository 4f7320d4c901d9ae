using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using SxtAspNet.Packages.Tests.Infrastructure;

[assembly: AssemblyFixture(typeof(Workshop))]

namespace SxtAspNet.Packages.Tests.Infrastructure;

/// <summary>
/// A folder outside the repository: the packages, made once, and new apps that are built with them. The packages have a version that no run
/// before had, so that nothing that NuGet remembers is taken for them; that version is removed from its memory in the end.
/// </summary>
public sealed class Workshop : IAsyncLifetime
{
    private static readonly string[] Built = ["MinimalApi", "Controllers", "Worker", "GrpcClient", "RefitClient", "TestProject"];

    private readonly Stopwatch _time = Stopwatch.StartNew();
    private readonly List<string> _times = [];

    public string Root { get; } = Directory.CreateTempSubdirectory("sxt-packages-").FullName;

    public string Version { get; } = FormattableString.Invariant($"1.0.0-preview.1.t{DateTime.UtcNow:yyyyMMddHHmmss}.p{Environment.ProcessId}");

    public string Packages => Path.Combine(Root, "packages");

    public string Apps => Path.Combine(Root, "apps");

    /// <summary>The tool, as installed.</summary>
    public string Tool => Path.Combine(Root, "tool", OperatingSystem.IsWindows() ? "dotnet-sxt.exe" : "dotnet-sxt");

    public async ValueTask InitializeAsync()
    {
        await Command.RunAsync(
            Repository.Tests,
            "dotnet",
            ["build", "Packing/Pack.proj", "-t:Pack", "-c", "Release", "-warnaserror", "-v:q", $"-p:VersionSuffix={Version["1.0.0-".Length..]}", "-p:ContinuousIntegrationBuild=true",
                "-p:UseArtifactsOutput=true", $"-p:ArtifactsPath={Root}/build", $"-p:PackageOutputPath={Packages}"]);
        Note("pack");
        await Command.RunAsync(
            Root, "dotnet", "tool", "install", "SxtAspNet.Tool", "--tool-path", Path.Combine(Root, "tool"), "--version", Version, "--add-source", Packages);
        Note("install the tool");
        WriteApps();
        await Command.RunAsync(Apps, "dotnet", "build", "Apps.slnx", "-c", "Release", "-warnaserror", "-v:q");
        Note("build the apps");
    }

    public string AssemblyOf(string app) => Path.Combine(Apps, app, "bin", "Release", "net10.0", $"{app}.dll");

    /// <summary>What is in a package, by its path there.</summary>
    public IReadOnlyDictionary<string, byte[]> Open(string package, string extension = ".nupkg")
    {
        using var archive = ZipFile.OpenRead(Path.Combine(Packages, $"{package}.{Version}{extension}"));
        return archive.Entries.ToDictionary(entry => entry.FullName, entry =>
        {
            using var content = new MemoryStream();
            using var stream = entry.Open();
            stream.CopyTo(content);
            return content.ToArray();
        });
    }

    /// <summary>Publishes an app that is published only.</summary>
    /// <returns>The folder.</returns>
    public async Task<string> PublishAsync(string app, params IEnumerable<string> properties)
    {
        var folder = Path.Combine(Root, "published", app);
        _time.Restart();
        await Command.RunAsync(
            Path.Combine(Apps, app), "dotnet", ["publish", "-c", "Release", "--use-current-runtime", "-warnaserror", "-v:q", "-o", folder, .. properties]);
        Note($"publish {app}");
        TestContext.Current.SendDiagnosticMessage(_times[^1]);
        return folder;
    }

    public async ValueTask DisposeAsync()
    {
        TestContext.Current.SendDiagnosticMessage(string.Join(", ", _times));
        await RemoveFromCacheAsync();
        Directory.Delete(Root, recursive: true);
    }

    private async Task RemoveFromCacheAsync()
    {
        var cache = (await Command.RunAsync(Root, "dotnet", "nuget", "locals", "global-packages", "--list")).Trim();
        cache = cache[(cache.IndexOf(": ", StringComparison.Ordinal) + 2)..];
        foreach (var folder in Directory.Exists(cache) ? Directory.GetDirectories(cache, "sxtaspnet*") : [])
        {
            var version = Path.Combine(folder, Version);
            if (Directory.Exists(version))
            {
                Directory.Delete(version, recursive: true);
            }

            if (!Directory.EnumerateFileSystemEntries(folder).Any())
            {
                Directory.Delete(folder);
            }
        }
    }

    private void WriteApps()
    {
        foreach (var file in Directory.GetFiles(Path.Combine(Repository.Tests, "Apps"), "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(Apps, Path.GetRelativePath(Path.Combine(Repository.Tests, "Apps"), file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }

        // The machine's own sources stay as they are.
        Write("Directory.Build.props", $"""
            <Project>
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
                <WarningsNotAsErrors>NU1900;NU1905</WarningsNotAsErrors>
                <RestoreAdditionalProjectSources>{Packages}</RestoreAdditionalProjectSources>
                <SxtVersion>{Version}</SxtVersion>
              </PropertyGroup>
            </Project>
            """);
        Write("Apps.slnx", $"<Solution>{string.Concat(Built.Select(app => $"<Project Path=\"{app}/{app}.csproj\" />"))}</Solution>");

        var core = new Readme("SxtAspNet");
        var minimalApi = core.Code("`Program.cs`, the whole file");
        Write("MinimalApi/Program.cs", minimalApi);
        Write("Worker/Program.cs", core.Code("## Worker services"));
        Write("Trimmed/Program.cs", core.Code("## Worker services"));
        Write("TestProject/BlocksTests.cs", new Readme("SxtAspNet.Testing").Code("One line points"));

        // The README of SxtAspNet.Redis adds its line to the app of the other one.
        const string identity = "builder.Services.AddSxt(builder.Configuration.GetSection(\"Sxt\"));\n";
        Assert.Contains(identity, minimalApi, StringComparison.Ordinal);
        Write("NativeAot/Program.cs", minimalApi.Replace(identity, new Readme("SxtAspNet.Redis").Code("# SxtAspNet.Redis"), StringComparison.Ordinal));
    }

    private void Write(string path, string text) => File.WriteAllText(Path.Combine(Apps, path), text, Encoding.UTF8);

    private void Note(string step)
    {
        _times.Add(string.Create(CultureInfo.InvariantCulture, $"{step}: {_time.Elapsed.TotalSeconds:0} s"));
        _time.Restart();
    }
}
