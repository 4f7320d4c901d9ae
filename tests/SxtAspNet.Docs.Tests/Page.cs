using System.Runtime.CompilerServices;
using Markdig;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace SxtAspNet.Docs.Tests;

/// <summary>A page of the documentation: README, docs, and the README of each package.</summary>
internal sealed class Page
{
    private static readonly MarkdownPipeline Pipeline =
        new MarkdownPipelineBuilder().UsePipeTables().UseAutoIdentifiers(Markdig.Extensions.AutoIdentifiers.AutoIdentifierOptions.GitHub).Build();

    private Page(string path)
    {
        Path = path;
        FullPath = System.IO.Path.Combine(Root, path);
        Text = File.ReadAllText(FullPath);
        var document = Markdown.Parse(Text, Pipeline);
        Blocks = [.. document.Descendants<FencedCodeBlock>().Select(
            block => new CodeBlock(this, block.Line + 1, block.Info ?? "", block.Lines.ToString()))];
        Links = [.. document.Descendants<LinkInline>().Where(link => !link.IsImage && link.Url is not null).Select(link => link.Url!)];
        Anchors = document.Descendants<HeadingBlock>().Select(heading => Markdig.Renderers.Html.HtmlAttributesExtensions.GetAttributes(heading).Id!).ToHashSet();
    }

    public static string Root { get; } = FindRoot();

    public static IReadOnlyList<Page> All { get; } =
    [
        .. new[] { "README.md", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md" }
            .Where(path => File.Exists(System.IO.Path.Combine(Root, path)))
            .Concat(Directory.GetFiles(System.IO.Path.Combine(Root, "docs"), "*.md").Select(path => System.IO.Path.GetRelativePath(Root, path)))
            .Concat(Directory.GetFiles(System.IO.Path.Combine(Root, "src"), "README.md", SearchOption.AllDirectories)
                .Select(path => System.IO.Path.GetRelativePath(Root, path))
                .Where(path => !path.Contains($"{System.IO.Path.DirectorySeparatorChar}obj{System.IO.Path.DirectorySeparatorChar}", StringComparison.Ordinal)
                    && !path.Contains($"{System.IO.Path.DirectorySeparatorChar}bin{System.IO.Path.DirectorySeparatorChar}", StringComparison.Ordinal)))
            .Order(StringComparer.Ordinal)
            .Select(path => new Page(path)),
    ];

    public string Path { get; }

    public string FullPath { get; }

    public string Text { get; }

    public IReadOnlyList<CodeBlock> Blocks { get; }

    public IReadOnlyList<string> Links { get; }

    public IReadOnlySet<string> Anchors { get; }

    public override string ToString() => Path;

    private static string FindRoot([CallerFilePath] string file = "") =>
        System.IO.Path.GetFullPath(System.IO.Path.Combine(System.IO.Path.GetDirectoryName(file)!, "..", ".."));
}

/// <summary>A fenced block of a page.</summary>
internal sealed record CodeBlock(Page Page, int Line, string Language, string Text)
{
    public override string ToString() => $"{Page.Path}:{Line}";
}
