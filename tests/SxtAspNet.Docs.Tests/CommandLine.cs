extern alias tool;

using System.Text.RegularExpressions;

namespace SxtAspNet.Docs.Tests;

/// <summary>A command that a page prints. What it names has to be there; most of them take minutes or a cloud, so they aren't run here.</summary>
internal sealed partial record CommandLine(CodeBlock Block, string Text)
{
    [GeneratedRegex("""^dotnet (?:run|build|test) .*?(?:--project )?(?<project>(?:samples|tests|src)/[A-Za-z0-9.]+)""")]
    private static partial Regex Project { get; }

    [GeneratedRegex("""^dotnet add package (?<package>SxtAspNet[A-Za-z0-9.]*)""")]
    private static partial Regex Package { get; }

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
    }
}
