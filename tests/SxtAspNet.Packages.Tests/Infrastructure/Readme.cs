namespace SxtAspNet.Packages.Tests.Infrastructure;

/// <summary>The README of a package, and the code in it.</summary>
internal sealed class Readme(string package)
{
    private const string Fence = "```csharp\n";

    public string Path { get; } = System.IO.Path.Combine(Repository.Root, "src", package, "README.md");

    public string Text => File.ReadAllText(Path);

    /// <summary>The first code block of C# behind a text.</summary>
    public string Code(string after) => Block(after, Fence);

    /// <summary>The code block of C# that begins with a text.</summary>
    public string CodeThatBegins(string text) => text + Block(Fence + text, text);

    private string Block(string after, string start)
    {
        var text = Text;
        var from = text.IndexOf(after, StringComparison.Ordinal);
        Assert.True(from >= 0, $"{Path} has no '{after}'.");
        from = text.IndexOf(start, from, StringComparison.Ordinal);
        Assert.True(from >= 0, $"{Path} has no block of C# behind '{after}'.");
        from += start.Length;
        return text[from..text.IndexOf("```", from, StringComparison.Ordinal)];
    }
}
