extern alias tool;

using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace SxtAspNet.Docs.Tests;

/// <summary>A command that a page prints. What it names has to be there; most of them take minutes or a cloud, so they aren't run here.</summary>
internal sealed partial record CommandLine(CodeBlock Block, string Text)
{
    [GeneratedRegex("""^dotnet (?:run|build|test) .*?(?:--project )?(?<project>(?:samples|tests|src)/[A-Za-z0-9.]+)""")]
    private static partial Regex Project { get; }

    [GeneratedRegex("""^dotnet add package (?<package>SxtAspNet[A-Za-z0-9.]*)""")]
    private static partial Regex Package { get; }

    [GeneratedRegex("""^dotnet add package (?<package>\S+) .*--version (?<version>\S+)""")]
    private static partial Regex Version { get; }

    [GeneratedRegex("""^dotnet run --project samples/WebFarm( -- (?<options>.*))?$""")]
    private static partial Regex Farm { get; }

    [GeneratedRegex("""^\.ci/\S+""")]
    private static partial Regex Script { get; }

    [GeneratedRegex("[^\\s\"]+|\"[^\"]*\"")]
    private static partial Regex Words { get; }

    [GeneratedRegex("""\$\([^)]*\)""")]
    private static partial Regex Substitution { get; }

    [GeneratedRegex("""\$[a-z]+""")]
    private static partial Regex Variable { get; }

    public static IEnumerable<CommandLine> Of(CodeBlock block) => block.Text.Replace("\\\n", " ", StringComparison.Ordinal)
        .Split('\n')
        .Select(line => line.Split(" #")[0].Trim())
        .Where(line => line.Length > 0 && !line.StartsWith('#'))
        .Select(line => new CommandLine(block, line));

    public IEnumerable<string> Problems()
    {
        if (Text.StartsWith("dotnet sxt ", StringComparison.Ordinal))
        {
            var text = Variable.Replace(Substitution.Replace(Text, Convert.ToBase64String(new byte[32])), "contoso");
            string[] arguments = [.. Words.Matches(text["dotnet sxt ".Length..].Split(['>', '|', ';'])[0]).Select(word => word.Value.Trim('"'))];
            foreach (var problem in new tool::SxtAspNet.Tool.CommandLine(arguments).Problems())
            {
                yield return $"{Block}: {Text}: {problem}";
            }
        }

        if (Project.Match(Text) is { Success: true } project && !Directory.Exists(Path.Combine(Page.Root, project.Groups["project"].Value)))
        {
            yield return $"{Block}: {project.Groups["project"].Value} is not there";
        }

        if (Package.Match(Text) is { Success: true } package && !Directory.Exists(Path.Combine(Page.Root, "src", package.Groups["package"].Value)))
        {
            yield return $"{Block}: there is no package {package.Groups["package"].Value}";
        }

        if (Version.Match(Text) is { Success: true } version && VersionOf(version.Groups["package"].Value) is var ours && ours != version.Groups["version"].Value)
        {
            yield return $"{Block}: {version.Groups["package"].Value} {version.Groups["version"].Value} is {ours ?? "not"} in Directory.Packages.props";
        }

        if (Farm.Match(Text) is { Success: true } farm && ProblemOfFarm(farm.Groups["options"].Value) is { } wrong)
        {
            yield return $"{Block}: {Text}: {wrong}";
        }

        if (Script.Match(Text) is { Success: true } script && !File.Exists(Path.Combine(Page.Root, script.Value)))
        {
            yield return $"{Block}: {script.Value} is not there";
        }
    }

    private static string? VersionOf(string package) => XDocument.Load(Path.Combine(Page.Root, "Directory.Packages.props")).Descendants("PackageVersion")
        .FirstOrDefault(version => version.Attribute("Include")!.Value == package)?.Attribute("Version")!.Value;

    private static string? ProblemOfFarm(string options)
    {
        string[] arguments = [.. Words.Matches(options).Select(word => word.Value)];
        if (Array.IndexOf(arguments, "--app") is >= 0 and var app && app + 1 < arguments.Length)
        {
            // The page publishes it first.
            arguments[app + 1] = Environment.ProcessPath!;
        }

        try
        {
            _ = WebFarm.CommandLine.Parse(arguments);
            return null;
        }
        catch (FormatException exception)
        {
            return exception.Message;
        }
    }
}
