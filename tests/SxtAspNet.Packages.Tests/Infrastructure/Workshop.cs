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
    private static readonly string[] Built = ["Blocks", "Controllers", "Worker", "GrpcClient", "RefitClient", "TestProject"];

    private readonly Stopwatch _time = Stopwatch.StartNew();
    private readonly List<string> _times = [];
    private string _cache = "";

    /// <summary>In the place of the one that README.md leaves out.</summary>
    public const string ApiKey = "sxt_0123456789abcdefghijklmnop";

    public string Root { get; } = Directory.CreateTempSubdirectory("sxt-packages-").FullName;

    public string Version { get; } = FormattableString.Invariant($"1.0.0-preview.1.t{DateTime.UtcNow:yyyyMMddHHmmss}.p{Environment.ProcessId}");

    public string Packages => Path.Combine(Root, "packages");

    public string Apps => Path.Combine(Root, "apps");

    /// <summary>A user's home of its own, for commands that change what is there: NuGet's sources, user secrets. NuGet's memory is the machine's.</summary>
    public IEnumerable<(string Name, string Value)> Home =>
    [
        ("HOME", Path.Combine(Root, "home")),
        ("DOTNET_CLI_HOME", Path.Combine(Root, "home")),
        ("APPDATA", Path.Combine(Root, "home")),
        ("DOTNET_GENERATE_ASPNET_CERTIFICATE", "false"),
        ("NUGET_PACKAGES", _cache),
    ];

    /// <summary>The tool, as installed.</summary>
    public string Tool => Path.Combine(Root, "tool", OperatingSystem.IsWindows() ? "dotnet-sxt.exe" : "dotnet-sxt");

    public async ValueTask InitializeAsync()
    {
        _cache = (await Command.RunAsync(Root, "dotnet", "nuget", "locals", "global-packages", "--list")).Trim();
        _cache = _cache[(_cache.IndexOf(": ", StringComparison.Ordinal) + 2)..];
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
        WriteHome();
        await MakeAsync("README.md", "## Add it to your app");
        Write("Blocks/Program.cs", Readme.At("README.md").Code("`Program.cs`"));
        await Command.RunAsync(Apps, "dotnet", "new", "xunit", "-o", "TestProject", "-n", "TestProject", "--no-restore");
        Note("make an app and a test project");
        await Command.RunAsync(Apps, "dotnet", "build", "Apps.slnx", "-c", "Release", "-warnaserror", "-v:q");
        Note("build the apps");
    }

    public string AssemblyOf(string app) => Path.Combine(Apps, app, "bin", "Release", "net10.0", $"{app}.dll");

    /// <summary>What is in a package, by its path there.</summary>
    public IReadOnlyDictionary<string, byte[]> Open(string package, string extension = ".nupkg") =>
        Read(Path.Combine(Packages, $"{package}.{Version}{extension}"));

    /// <summary>What is in a package that is there, by its path in it.</summary>
    public static IReadOnlyDictionary<string, byte[]> Read(string path)
    {
        using var archive = ZipFile.OpenRead(path);
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

    public ValueTask DisposeAsync()
    {
        TestContext.Current.SendDiagnosticMessage(string.Join(", ", _times));
        RemoveFromCache();
        Directory.Delete(Root, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>Runs the commands that a page prints.</summary>
    private async Task MakeAsync(string page, string after)
    {
        var folder = Apps;
        foreach (var line in Readme.At(page).Commands(after).SelectMany(line => line.Split(" && ")))
        {
            string[] words = [.. line.Split(' ').Select(word => word switch { "/path/to/artifacts" => Packages, "sxt_…" => ApiKey, _ => word })];
            if (words[0] == "cd")
            {
                folder = Path.Combine(folder, words[1]);
            }
            else
            {
                await Command.RunAsync(folder, Home, words[0], words[1..]);
            }
        }
    }

    private void RemoveFromCache()
    {
        foreach (var folder in Directory.Exists(_cache) ? Directory.GetDirectories(_cache, "sxtaspnet*") : [])
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

    /// <summary>The sources that the machine's user has stay those of the commands.</summary>
    private void WriteHome()
    {
        var (home, file) = OperatingSystem.IsWindows()
            ? (Environment.SpecialFolder.ApplicationData, Path.Combine("NuGet", "NuGet.Config"))
            : (Environment.SpecialFolder.UserProfile, Path.Combine(".nuget", "NuGet", "NuGet.Config"));
        var copy = Path.Combine(Root, "home", file);
        Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
        if (Path.Combine(Environment.GetFolderPath(home), file) is var own && File.Exists(own))
        {
            File.Copy(own, copy);
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

        var core = Readme.Of("SxtAspNet");
        var worker = core.Code("## Worker services");
        Write("Worker/Program.cs", worker);
        Write("Trimmed/Program.cs", With("SxtAspNet.AzureKeyVault", worker));
        Write("NativeAot/Program.cs", With("SxtAspNet.Redis", Readme.At("README.md").Code("`Program.cs`")));
        Write("NativeAot/appsettings.json", Readme.Of("SxtAspNet.Redis").Json("# SxtAspNet.Redis"));
        WriteTests("TestingReadme", Readme.Of("SxtAspNet.Testing").Code("One line points"));
        WriteTests("FarmReadme", Readme.Of("SxtAspNet.Testing.Farm").Code("dotnet add package"));
        WriteTests("OneTest", Readme.At("docs/testing.md").Code("`BlocksTests.cs`"));
        WriteTests("FarmPage", Readme.At("docs/testing.md").Code("`FarmTests.cs`"));
    }

    /// <summary>An app with the line that the README of another package adds to it.</summary>
    private static string With(string package, string app)
    {
        const string identity = "builder.Services.AddSxt(builder.Configuration.GetSection(\"Sxt\"))";
        Assert.Contains($"{identity};\n", app, StringComparison.Ordinal);
        return app.Replace($"{identity};\n", Readme.Of(package).CodeFrom(identity), StringComparison.Ordinal);
    }

    /// <summary>Tests of several pages are in one project, and some have the same name.</summary>
    private void WriteTests(string page, string tests) =>
        Write($"TestProject/{page}.cs", tests.Replace("\npublic sealed class", $"\nnamespace Tests.{page};\n\npublic sealed class", StringComparison.Ordinal));

    private void Write(string path, string text) => File.WriteAllText(Path.Combine(Apps, path), text, Encoding.UTF8);

    private void Note(string step)
    {
        _times.Add(string.Create(CultureInfo.InvariantCulture, $"{step}: {_time.Elapsed.TotalSeconds:0} s"));
        _time.Restart();
    }
}
