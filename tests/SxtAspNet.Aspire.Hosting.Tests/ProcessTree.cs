using System.Globalization;
using System.Text;

namespace SxtAspNet.Aspire.Hosting.Tests;

/// <summary>A process, told apart from a later one with the same number by when it started.</summary>
internal sealed record StartedProcess(int Id, string StartedAt, string CommandLine)
{
    public bool IsRunning => ProcessTree.Read(Id) is { } now && now.StartedAt == StartedAt;

    public override string ToString() => $"{Id} {CommandLine}";
}

/// <summary>The processes that an app host starts. It has an orchestrator (dcp) start them, which detaches itself.</summary>
internal static class ProcessTree
{
    private const int ParentField = 1;
    private const int StartTimeField = 19;

    /// <summary>What orchestrators started that watch a process, and they themselves; none where there is no /proc to tell.</summary>
    public static IReadOnlyList<StartedProcess> StartedFor(int watched)
    {
        if (!OperatingSystem.IsLinux())
        {
            return [];
        }

        var all = Directory.EnumerateDirectories("/proc")
            .Select(directory => int.TryParse(Path.GetFileName(directory), CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(static id => id > 0)
            .Select(static id => (Id: id, Process: Read(id), Parent: ReadParent(id)))
            .Where(static entry => entry.Process is not null)
            .ToArray();
        List<StartedProcess> found = [.. all.Select(static entry => entry.Process!)
            .Where(process => process.CommandLine.Contains($"--monitor {watched} ", StringComparison.Ordinal))];
        Assert.NotEmpty(found);
        for (var next = 0; next < found.Count; next++)
        {
            found.AddRange(all.Where(entry => entry.Parent == found[next].Id).Select(static entry => entry.Process!).ToArray());
        }

        return found;
    }

    public static StartedProcess? Read(int id)
    {
        try
        {
            var commandLine = Encoding.UTF8.GetString(File.ReadAllBytes($"/proc/{id}/cmdline")).Replace('\0', ' ');
            return ReadFields(id) is { } fields && fields[0] != "Z" ? new StartedProcess(id, fields[StartTimeField], commandLine) : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static int ReadParent(int id) => ReadFields(id) is { } fields ? int.Parse(fields[ParentField], CultureInfo.InvariantCulture) : 0;

    /// <summary>The fields of a process behind its name, which may hold anything.</summary>
    private static string[]? ReadFields(int id)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{id}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            return null;
        }
    }
}
