using System.Text;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using SxtAspNet.Packages.Tests.Infrastructure;

namespace SxtAspNet.Packages.Tests;

/// <summary>What is in the packages.</summary>
public sealed partial class PackageTests(Workshop workshop)
{
    public static TheoryData<string> All =>
        [.. Directory.GetFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories).Select(file => Path.GetFileNameWithoutExtension(file)).Order()];

    public static TheoryData<string> Libraries => [.. All.Select(row => row.Data).Where(package => package != "SxtAspNet.Tool")];

    [Theory]
    [MemberData(nameof(All))]
    public void A_package_says_what_it_is(string package)
    {
        var files = workshop.Open(package);
        var metadata = Metadata(package, files);

        Assert.Equal("MIT", metadata["license"].Value);
        Assert.Equal("README.md", metadata["readme"].Value);
        Assert.Equal("icon.png", metadata["icon"].Value);
        Assert.Equal(File.ReadAllBytes(Path.Combine(Repository.Root, "src", "icon.png")), files["icon.png"]);
        Assert.Contains("### Added", metadata["releaseNotes"].Value, StringComparison.Ordinal);
        Assert.NotEmpty(metadata["description"].Value);
        Assert.NotEqual("Package Description", metadata["description"].Value);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void No_address_is_invented(string package)
    {
        var metadata = Metadata(package, workshop.Open(package));

        Assert.False(metadata.ContainsKey("projectUrl"));
        Assert.Null(metadata.GetValueOrDefault("repository")?.Attribute("url"));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void The_readme_of_a_package_has_no_link_that_leads_nowhere(string package)
    {
        var packed = Encoding.UTF8.GetString(workshop.Open(package)["README.md"]);
        var source = Readme.Of(package);

        Assert.All(Link().Matches(packed), link => Assert.StartsWith("https://", link.Groups[1].Value, StringComparison.Ordinal));
        Assert.All(
            Link().Matches(source.Text).Select(link => link.Groups[1].Value.Split('#')[0]).Where(target => !target.StartsWith("https://", StringComparison.Ordinal)),
            target => Assert.True(File.Exists(Path.Combine(Path.GetDirectoryName(source.Path)!, target)), target));
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void A_package_brings_documentation_and_symbols(string package)
    {
        Assert.Contains($"lib/net10.0/{package}.xml", workshop.Open(package).Keys);
        Assert.Contains($"lib/net10.0/{package}.pdb", workshop.Open(package, ".snupkg").Keys);
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void A_package_knows_nothing_of_the_machine_that_built_it(string package)
    {
        var assembly = workshop.Open(package)[$"lib/net10.0/{package}.dll"];

        Assert.DoesNotContain(Repository.Root, Encoding.UTF8.GetString(assembly), StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Packages_of_ours_need_each_other_in_the_same_version(string package)
    {
        var dependencies = Metadata(package, workshop.Open(package))["dependencies"].Descendants()
            .Where(element => element.Attribute("id")?.Value.StartsWith("SxtAspNet", StringComparison.Ordinal) == true)
            .Select(element => element.Attribute("version")!.Value);

        Assert.All(dependencies, version => Assert.Equal($"[{workshop.Version}]", version));
        Assert.Equal(package == "SxtAspNet", !dependencies.Any());
    }

    /// <summary>Of an app that has the three packages, by whatever way they came.</summary>
    [Fact]
    public async Task Editors_find_the_schemas_of_an_apps_packages()
    {
        var items = await Command.RunAsync(Path.Combine(workshop.Apps, "Controllers"), "dotnet", "msbuild", "-getItem:JsonSchemaSegment");

        foreach (var package in (string[])["sxtaspnet", "sxtaspnet.azurekeyvault", "sxtaspnet.pkcs11"])
        {
            var schema = Regex.Match(items, $"\"FullPath\": \"([^\"]*[/\\\\]{Regex.Escape(package)}[/\\\\]{Regex.Escape(workshop.Version)}[/\\\\]ConfigurationSchema\\.json)\"");
            Assert.True(schema.Success, $"{package} is not among:\n{items}");
            Assert.True(File.Exists(schema.Groups[1].Value.Replace("\\\\", "\\", StringComparison.Ordinal)));
        }
    }

    private static Dictionary<string, XElement> Metadata(string package, IReadOnlyDictionary<string, byte[]> files) =>
        XDocument.Load(new MemoryStream(files[$"{package}.nuspec"])).Root!.Elements().Single().Elements().ToDictionary(element => element.Name.LocalName);

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();
}
