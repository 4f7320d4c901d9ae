using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace SxtAspNet.Tests.Infrastructure;

/// <summary>What keeps the source simple, held against its text.</summary>
public partial class ConventionTests
{
    private static readonly string Source = Path.GetFullPath(Path.Combine(Here(), "..", "..", "..", "src"));

    // Who may use whom, by folder. Everybody may use Diagnostics.
    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["DependencyInjection"] = ["Outbound", "Inbound", "Sessions", "Gateway", "Keys"],
        ["Outbound"] = ["Sessions", "Gateway", "Keys"],
        ["Inbound"] = ["Sessions", "Gateway", "Keys"],
        ["Sessions"] = ["Gateway", "Keys"],
        ["Gateway"] = [],
        ["Keys"] = [],
    };

    public static TheoryData<string> Rooms => [.. Arrows.Keys.Where(room => Directory.Exists(Room(room)))];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void Arrows_point_one_way(string room)
    {
        var allowed = Arrows[room].Append(room).Append("Diagnostics");

        foreach (var file in Files(Room(room)))
        {
            var used = OwnNamespace().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value).Distinct();
            Assert.True(!used.Except(allowed).Any(), $"{Relative(file)} uses {string.Join(", ", used.Except(allowed))}");
        }
    }

    [Theory]
    [InlineData("Task.Run")]
    [InlineData("Task.Delay")]
    [InlineData("RunContinuationsAsynchronously")]
    [InlineData("SemaphoreSlim")]
    [InlineData("DateTime.UtcNow")]
    [InlineData("DateTime.Now")]
    [InlineData("DateTimeOffset.UtcNow")]
    [InlineData("DateTimeOffset.Now")]
    [InlineData("Stopwatch")]
    [InlineData("Environment.TickCount")]
    [InlineData("TimeProvider.System")]
    [InlineData("Thread.Sleep")]
    public void Sessions_and_the_gateway_can_be_simulated_on_one_thread_without(string name)
    {
        var found = Files(Room("Sessions")).Concat(Files(Room("Gateway")))
            .Where(file => File.ReadAllText(file).Contains(name, StringComparison.Ordinal));

        Assert.Empty(found.Select(Relative));
    }

    [Fact]
    public void Sessions_know_no_http_header()
    {
        var found = Files(Room("Sessions")).Where(file =>
            File.ReadAllText(file) is var text
            && (text.Contains("Authorization", StringComparison.Ordinal) || text.Contains("HttpRequestMessage", StringComparison.Ordinal)));

        Assert.Empty(found.Select(Relative));
    }

    [Fact]
    public void No_source_file_is_long()
    {
        var files = Files(Source).ToArray();

        Assert.True(files.Length > 50);
        Assert.Empty(files.Where(file => File.ReadLines(file).Count() > 320).Select(Relative));
    }

    private static string Room(string name) => Path.Combine(Source, "SxtAspNet", name);

    private static string Relative(string file) => Path.GetRelativePath(Source, file);

    private static IEnumerable<string> Files(string folder) =>
        Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(file => !Relative(file).Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin"));

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;

    [GeneratedRegex(@"\bSxtAspNet\.(DependencyInjection|Outbound|Inbound|Sessions|Gateway|Keys|Diagnostics)\b")]
    private static partial Regex OwnNamespace();
}
