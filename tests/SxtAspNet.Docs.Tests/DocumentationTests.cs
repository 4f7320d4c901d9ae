using System.Text.RegularExpressions;

namespace SxtAspNet.Docs.Tests;

/// <summary>What README and docs print compiles, binds and is there.</summary>
public sealed partial class DocumentationTests
{
    private static IEnumerable<CodeBlock> Blocks(params string[] languages) =>
        Page.All.SelectMany(page => page.Blocks).Where(block => languages.Contains(block.Language, StringComparer.Ordinal));

    [GeneratedRegex("`(?<options>--seconds [^`]+)`")]
    private static partial Regex Options { get; }

    [GeneratedRegex("""\{ name: (?<name>\w+__\w+), value: "(?<value>[^"]*)" \}""")]
    private static partial Regex Variables { get; }

    [Fact]
    public void Every_block_of_csharp_compiles() =>
        AssertNone(Blocks("csharp").Where(block => !IsBuiltElsewhere(block)).SelectMany(Compiler.Check));

    [Theory]
    [InlineData("builder.Services.Configure<SxtOptions>(_ => { });", "using SxtAspNet;\n")]
    [InlineData("var builder = WebApplication.CreateBuilder(args);\n_ = typeof(SxtOptions);", "using SxtAspNet;\n")]
    [InlineData("Assert.NotNull(new SxtGatewayEmulator());", "using SxtAspNet.Testing;\n")]
    [InlineData("_ = builder.ExecutionContext.IsPublishMode ? typeof(SxtOptions) : null;", "using SxtAspNet;\n")]
    public void A_using_that_a_block_needs_is_printed(string code, string usings)
    {
        Assert.NotEmpty(Compiler.Check(Block("csharp", code)));
        Assert.Empty(Compiler.Check(Block("csharp", usings + code)));
    }

    [Fact]
    public void Every_block_says_what_language_it_is_in_or_is_a_drawing()
    {
        string[] known = ["", "csharp", "json", "bash", "yaml", "xml", "text", "promql", "powershell"];

        string[] others = [.. Page.All.SelectMany(page => page.Blocks).Where(block => !known.Contains(block.Language)).Select(block => $"{block}: {block.Language}")];
        AssertNone(others);
    }

    [Fact]
    public void Every_block_of_json_binds_and_is_valid() =>
        AssertNone(Blocks("json").SelectMany(block => SettingsBlock.Problems(block.Text).Select(problem => $"{block}: {problem}")));

    [Theory]
    [InlineData("""{ "Sxtt": { "UserId": "orders-service" } }""")]
    [InlineData(""" "Keys": [ { "File": "a", "UnwrapWit": { "VaultUri": "https://contoso.vault.azure.net", "Key": "a" } } ] """)]
    [InlineData(""" "Keys": [ { "File": "a", "UnwrapWith": { "VaultUri": "http://contoso.vault.azure.net", "Key": "a" } } ] """)]
    [InlineData(""" "Keys": [ { "File": "a" } ], "Seals": [] """)]
    [InlineData("""{ "Sxt": { "UserId": "orders-service", "Keys": [ { "File": "a" } ], "RenewBefor": "00:05:00" } }""")]
    [InlineData("""{ "ConnectionStrings": { "redis": "localhost" }, "SxtRedis": { "Prefx": "orders:" } }""")]
    [InlineData("""{ "ConnectionStrings": { "redis": "localhost" }, "SxtRedis": { "LockLease": "00:05:00" } }""")]
    [InlineData("""{ "ConnectionStrings": { "cache": "localhost" } }""")]
    [InlineData(""" "Authentication": { "Schemes": { "SxtBearer": { "AllowedUser": [ "orders-service" ] } } } """)]
    [InlineData(""" "Authentication": { "Schemes": { "SxtBearer": { "AllowAnyUser": false } } } """)]
    [InlineData(""" "Authentication": { "Schemes": { "Sxt": { "AllowedUsers": [ "orders-service" ] } } } """)]
    [InlineData(""" "Logging": { "LogLevel": { "SxtAspNet": "Loud" } } """)]
    public void A_wrong_setting_is_found(string json) => Assert.NotEmpty(SettingsBlock.Problems(json));

    [Fact]
    public void The_variables_of_a_manifest_bind_and_are_valid()
    {
        KeyValuePair<string, string>[][] manifests = [.. Blocks("yaml")
            .Select(block => Variables.Matches(block.Text).Select(match => KeyValuePair.Create(match.Groups["name"].Value, match.Groups["value"].Value)).ToArray())
            .Where(variables => variables.Length > 0)];

        Assert.NotEmpty(manifests);
        AssertNone(manifests.SelectMany(SettingsBlock.Problems));
        Assert.NotEmpty(SettingsBlock.Problems([.. manifests[0], KeyValuePair.Create("Sxt__Key__1__File", "a")]));
    }

    [Fact]
    public void Every_link_leads_somewhere()
    {
        List<string> broken = [];
        foreach (var page in Page.All)
        {
            foreach (var link in page.Links.Where(link => !link.Contains("://", StringComparison.Ordinal) && !link.StartsWith("mailto:", StringComparison.Ordinal)))
            {
                var parts = link.Split('#', 2);
                var target = parts[0].Length == 0 ? page.FullPath : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(page.FullPath)!, parts[0]));
                var found = Page.All.FirstOrDefault(other => other.FullPath == target);
                if (!File.Exists(target) && !Directory.Exists(target))
                {
                    broken.Add($"{page}: {link} (no such file)");
                }
                else if (parts.Length == 2 && found is not null && !found.Anchors.Contains(parts[1]))
                {
                    broken.Add($"{page}: {link} (no such heading)");
                }
            }
        }

        AssertNone(broken);
    }

    [Fact]
    public void Every_page_is_in_the_table_of_contents()
    {
        var readme = Page.All.Single(page => page.Path == "README.md");

        string[] missing = [.. Page.All.Where(page => page.Path.StartsWith("docs", StringComparison.Ordinal))
            .Select(page => page.Path.Replace('\\', '/'))
            .Except(readme.Links.Select(link => link.Split('#')[0]))];
        AssertNone(missing);
    }

    /// <summary>SXTASPNET_WRITE_DOCS=1 writes the tables.</summary>
    [Fact]
    public void The_settings_are_those_of_the_schemas()
    {
        var path = Path.Combine(Page.Root, "docs", "settings.md");
        var page = File.ReadAllText(path);
        var expected = page;
        foreach (var (name, table) in SettingsTable.All)
        {
            var parts = expected.Split($"<!-- {name}: generated from the schema -->\n");
            Assert.True(parts.Length == 3, $"docs/settings.md has no place for the table of {name}.");
            expected = string.Join($"<!-- {name}: generated from the schema -->\n", parts[0], table, parts[2]);
        }

        if (Environment.GetEnvironmentVariable("SXTASPNET_WRITE_DOCS") is "1")
        {
            File.WriteAllText(path, expected);
            return;
        }

        Assert.Equal(expected, page);
    }

    [Fact]
    public void The_readme_is_short() => Assert.InRange(File.ReadAllLines(Path.Combine(Page.Root, "README.md")).Length, 1, 150);

    [Fact]
    public void Every_command_names_what_is_there() =>
        AssertNone(Blocks("bash").SelectMany(block => CommandLine.Of(block)).SelectMany(command => command.Problems()));

    [Fact]
    public void The_options_of_the_recorded_farms_are_those_of_the_sample()
    {
        var page = Page.All.Single(page => page.Path == Path.Combine("docs", "proof.md"));
        CommandLine[] farms = [.. Options.Matches(page.Text)
            .SelectMany(options => CommandLine.Of(new(page, 1, "bash", $"dotnet run --project samples/WebFarm -- --check {options.Groups["options"].Value}")))];

        Assert.InRange(farms.Length, 10, int.MaxValue);
        AssertNone(farms.SelectMany(farm => farm.Problems()));
    }

    [Theory]
    [InlineData("dotnet run --project samples/WebFarm -- --check --second 60")]
    [InlineData("dotnet run --project samples/WebFarm -- --check --chaos some")]
    [InlineData("dotnet run --project samples/Farm")]
    [InlineData("dotnet add package SxtAspNet.Rediss")]
    [InlineData("dotnet add package Microsoft.AspNetCore.Mvc.Testing --version 1.0.0")]
    [InlineData("dotnet sxt key news sxt.pem")]
    [InlineData(".ci/runs")]
    public void A_command_that_names_something_else_is_found(string command) =>
        Assert.NotEmpty(CommandLine.Of(Block("bash", command)).SelectMany(line => line.Problems()));

    [Fact]
    public void Every_package_is_in_the_readme()
    {
        var readme = File.ReadAllText(Path.Combine(Page.Root, "README.md"));

        string[] missing = [.. Directory.GetDirectories(Path.Combine(Page.Root, "src")).Select(directory => Path.GetFileName(directory)!)
            .Where(name => !readme.Contains($"`{name}`", StringComparison.Ordinal))];
        AssertNone(missing);
    }

    /// <summary>An app of SxtAspNet.Packages.Tests has each line of the block.</summary>
    private static bool IsBuiltElsewhere(CodeBlock block) => block.Page.Path.StartsWith("src", StringComparison.Ordinal)
        && Directory.GetFiles(Path.Combine(Page.Root, "tests", "SxtAspNet.Packages.Tests", "Apps"), "Program.cs", SearchOption.AllDirectories)
            .Any(app => block.Text.ReplaceLineEndings("\n").Split('\n', StringSplitOptions.TrimEntries).Except(File.ReadAllLines(app).Select(line => line.Trim())).All(line => line.Length == 0));

    private static CodeBlock Block(string language, string text) => new(Page.All[0], 1, language, text);

    private static void AssertNone(IEnumerable<string> problems)
    {
        string[] found = [.. problems];
        Assert.True(found.Length == 0, string.Join(Environment.NewLine, found));
    }
}
