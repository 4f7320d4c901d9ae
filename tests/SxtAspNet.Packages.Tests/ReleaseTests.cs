using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using SxtAspNet.Packages.Tests.Infrastructure;

namespace SxtAspNet.Packages.Tests;

/// <summary>A package as a release makes it: with the properties of .ci/pack and release.yml, from a checkout whose address is known.</summary>
public sealed class ReleaseTests(Workshop workshop)
{
    private const string Address = "https://github.com/example/sxt";
    private const string Package = "SxtAspNet";

    private static readonly Guid SourceLink = new("CC110556-A091-4D38-9FEC-25AB9A351A6A");

    [Fact]
    public async Task A_release_says_where_it_comes_from()
    {
        var checkout = Path.Combine(workshop.Root, "checkout");
        var commit = await CheckOutAsync(checkout);
        await Command.RunAsync(checkout, "dotnet", ["pack", $"src/{Package}", "-c", "Release", "-o", "artifacts", "-v:q", "-p:RunAnalyzers=false", .. Properties()]);
        var files = Workshop.Read(Assert.Single(Directory.GetFiles(Path.Combine(checkout, "artifacts"), "*.nupkg")));
        var symbols = Workshop.Read(Assert.Single(Directory.GetFiles(Path.Combine(checkout, "artifacts"), "*.snupkg")));

        var metadata = XDocument.Load(new MemoryStream(files[$"{Package}.nuspec"])).Root!.Elements().Single().Elements().ToDictionary(element => element.Name.LocalName);
        Assert.Equal(Address, metadata["projectUrl"].Value);
        Assert.Equal(("git", Address, commit), (Of("type"), Of("url"), Of("commit")));
        Assert.Contains($"]({Address}/blob/{commit}/docs/keys.md)", Encoding.UTF8.GetString(files["README.md"]), StringComparison.Ordinal);
        Assert.DoesNotContain("](../", Encoding.UTF8.GetString(files["README.md"]), StringComparison.Ordinal);

        using var assembly = new PEReader(new MemoryStream(files[$"lib/net10.0/{Package}.dll"]));
        Assert.Contains(assembly.ReadDebugDirectory(), entry => entry.Type == DebugDirectoryEntryType.Reproducible);
        using var provider = MetadataReaderProvider.FromPortablePdbStream(new MemoryStream(symbols[$"lib/net10.0/{Package}.pdb"]));
        var debug = provider.GetMetadataReader();
        Assert.All(debug.Documents, document => Assert.StartsWith("/_/", debug.GetString(debug.GetDocument(document).Name), StringComparison.Ordinal));
        var link = debug.CustomDebugInformation.Select(debug.GetCustomDebugInformation).Single(information => debug.GetGuid(information.Kind) == SourceLink);
        Assert.Contains($"\"/_/*\":\"https://raw.githubusercontent.com/example/sxt/{commit}/*\"", Encoding.UTF8.GetString(debug.GetBlobBytes(link.Value)), StringComparison.Ordinal);

        string? Of(string name) => metadata["repository"].Attribute(name)?.Value;
    }

    /// <summary>What the script sets, and what the workflow gives to it.</summary>
    private static string[] Properties()
    {
        var pack = Regex.Match(File.ReadAllText(Path.Combine(Repository.Root, ".ci", "pack")), "^dotnet pack .*$", RegexOptions.Multiline).Value;
        var workflow = Regex.Match(File.ReadAllText(Path.Combine(Repository.Root, ".github", "workflows", "release.yml")), "run: .ci/pack .*$", RegexOptions.Multiline).Value;
        string[] properties =
        [
            .. Regex.Matches(pack, @"-p:\w+=\w+").Select(property => property.Value),
            .. Regex.Matches(workflow, "-p:[^\" ]+").Select(property => property.Value.Replace("$GITHUB_SERVER_URL/$GITHUB_REPOSITORY", Address, StringComparison.Ordinal)),
        ];
        Assert.Contains($"-p:RepositoryUrl={Address}", properties);
        return properties;
    }

    /// <summary>The sources of one package, as a repository of its own that came from the address.</summary>
    /// <returns>The commit.</returns>
    private static async Task<string> CheckOutAsync(string folder)
    {
        foreach (var file in (string[])
        [
            .. Directory.GetFiles(Repository.Root),
            .. Directory.GetFiles(Path.Combine(Repository.Root, "src")),
            .. Directory.GetFiles(Path.Combine(Repository.Root, "src", Package), "*", SearchOption.AllDirectories),
        ])
        {
            var path = Path.GetRelativePath(Repository.Root, file);
            if (!path.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj" or ".git"))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(folder, path))!);
                File.Copy(file, Path.Combine(folder, path));
            }
        }

        await GitAsync("init", "-q");
        await GitAsync("remote", "add", "origin", Address);
        await GitAsync("add", ".");
        await GitAsync("-c", "user.name=Release", "-c", "user.email=release@example.test", "-c", "commit.gpgsign=false", "commit", "-q", "-m", "Release");
        return (await GitAsync("rev-parse", "HEAD")).Trim();

        Task<string> GitAsync(params string[] arguments) => Command.RunAsync(folder, "git", arguments);
    }
}
