namespace SxtAspNet.Packages.Tests.Infrastructure;

/// <summary>A page: the README of a package, or another one by its path in the repository. And the code in it.</summary>
internal sealed class Readme
{
    private Readme(string path) => Path = System.IO.Path.Combine([Repository.Root, .. path.Split('/')]);

    public string Path { get; }

    public string Text => File.ReadAllText(Path);

    public static Readme Of(string package) => new($"src/{package}/README.md");

    public static Readme At(string path) => new(path);

    /// <summary>The first code block of C# behind a text.</summary>
    public string Code(string after) => Block(after, "```csharp\n");

    /// <summary>The first code block of JSON behind a text.</summary>
    public string Json(string after) => Block(after, "```json\n");

    /// <summary>The code of C# from a text on, to the end of its block.</summary>
    public string CodeFrom(string text) => text + Block(text, text);

    /// <summary>The first code block for the shell behind a text, as lines without their comments.</summary>
    public IEnumerable<string> Commands(string after) =>
        Block(after, "```bash\n").Split('\n').Select(line => line.Split(" #")[0].Trim()).Where(line => line.Length > 0);

    private string Block(string after, string start)
    {
        var text = Text;
        var from = text.IndexOf(after, StringComparison.Ordinal);
        Assert.True(from >= 0, $"{Path} has no '{after}'.");
        from = text.IndexOf(start, from, StringComparison.Ordinal);
        Assert.True(from >= 0, $"{Path} has no '{start}' behind '{after}'.");
        from += start.Length;
        return text[from..text.IndexOf("```", from, StringComparison.Ordinal)];
    }
}
