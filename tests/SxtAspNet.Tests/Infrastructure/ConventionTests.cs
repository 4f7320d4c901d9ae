using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace SxtAspNet.Tests.Infrastructure;

/// <summary>What keeps the source simple, held against its text and against the compiled code.</summary>
public partial class ConventionTests
{
    private const int LongestFile = 300;
    private const int LongestFileOfSessions = 250;

    private static readonly string Source = Path.GetFullPath(Path.Combine(Here(), "..", "..", "..", "src"));

    // Who may use whom, by folder. Everybody may use Diagnostics, Options and what lies at the root.
    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["DependencyInjection"] = ["Outbound", "Inbound", "Sessions", "Gateway", "Keys"],
        ["Outbound"] = ["Sessions", "Gateway", "Keys"],
        ["Inbound"] = ["Sessions", "Gateway", "Keys"],
        ["Sessions"] = ["Gateway", "Keys"],
        ["Gateway"] = [],
        ["Keys"] = [],
        ["Options"] = [],
        ["Diagnostics"] = [],
        [Rooms.Root] = [],
    };

    public static TheoryData<string> RoomNames => [.. Arrows.Keys];

    [Theory]
    [MemberData(nameof(RoomNames))]
    public void Arrows_point_one_way(string room)
    {
        // Diagnostics takes numbers and words: no session, no key.
        string[] forAll = room is "Diagnostics" or "Options" or Rooms.Root ? ["Options", Rooms.Root] : ["Options", "Diagnostics", Rooms.Root];
        string[] allowed = [room, .. Arrows[room], .. forAll];
        var rooms = Rooms.OfTypes(Arrows.Keys.SelectMany(name => FilesOf(name).Select(file => (name, file))));

        var wrong = Rooms.Uses()
            .Where(use => rooms.GetValueOrDefault(use.User) == room && rooms.TryGetValue(use.Used, out var used) && !allowed.Contains(used))
            .Select(use => $"{use.User} uses {use.Used} ({rooms[use.Used]})");

        Assert.Contains(room, rooms.Values);
        Assert.Equal("", string.Join('\n', wrong.Order()));
    }

    [Fact]
    public void Every_folder_of_the_core_is_a_room()
    {
        var folders = Directory.GetDirectories(Path.Combine(Source, "SxtAspNet")).Select(folder => Path.GetFileName(folder)!);

        Assert.Equal(Arrows.Keys.Where(room => room != Rooms.Root).Order(), folders.Except(["bin", "obj"]).Order());
    }

    [Fact]
    public void No_package_sees_the_internals_of_another_one()
    {
        var projects = Directory.GetFiles(Source, "*.csproj", SearchOption.AllDirectories);
        var packages = projects.Select(Path.GetFileNameWithoutExtension).ToArray();

        var friends = projects.SelectMany(project => XDocument.Load(project).Descendants("InternalsVisibleTo")
            .Select(friend => friend.Attribute("Include")!.Value)
            .Where(packages.Contains)
            .Select(friend => $"{Path.GetFileNameWithoutExtension(project)} to {friend}"));

        Assert.True(packages.Length >= 5);
        Assert.Empty(friends);
        Assert.Empty(Files(Source).Where(file => File.ReadAllText(file).Contains("InternalsVisibleTo", StringComparison.Ordinal)).Select(Relative));
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
        var found = FilesOf("Sessions").Concat(FilesOf("Gateway"))
            .Where(file => File.ReadAllText(file).Contains(name, StringComparison.Ordinal));

        Assert.Empty(found.Select(Relative));
    }

    [Fact]
    public void Sessions_know_no_http_header()
    {
        var found = FilesOf("Sessions").Where(file =>
            File.ReadAllText(file) is var text
            && (text.Contains("Authorization", StringComparison.Ordinal) || text.Contains("HttpRequestMessage", StringComparison.Ordinal)));

        Assert.Empty(found.Select(Relative));
    }

    [Fact]
    public void No_type_is_partial_unless_a_generator_adds_to_it()
    {
        var found = Files(Source).Where(file =>
            File.ReadAllText(file) is var text && PartialType().IsMatch(text) && !Generator().IsMatch(text));

        Assert.Empty(found.Select(Relative));
    }

    [Fact]
    public void No_source_file_is_long()
    {
        var files = Files(Source).ToArray();
        var sessions = Path.Combine(Source, "SxtAspNet", "Sessions");

        Assert.True(files.Length > 50);
        Assert.Empty(files
            .Where(file => File.ReadLines(file).Count() > (file.StartsWith(sessions, StringComparison.Ordinal) ? LongestFileOfSessions : LongestFile))
            .Select(Relative));
    }

    private static IEnumerable<string> FilesOf(string room) => room == Rooms.Root
        ? Directory.EnumerateFiles(Path.Combine(Source, "SxtAspNet"), "*.cs")
        : Files(Path.Combine(Source, "SxtAspNet", room));

    private static string Relative(string file) => Path.GetRelativePath(Source, file);

    private static IEnumerable<string> Files(string folder) =>
        Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(file => !Relative(file).Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin"));

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;

    [GeneratedRegex(@"\bpartial\s+(class|struct|record|interface)\b")]
    private static partial Regex PartialType();

    [GeneratedRegex(@"\[(LoggerMessage|GeneratedRegex|LibraryImport|JsonSerializable)\b")]
    private static partial Regex Generator();
}
