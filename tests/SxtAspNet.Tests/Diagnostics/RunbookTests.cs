using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;
using SxtAspNet.Testing;

namespace SxtAspNet.Tests.Diagnostics;

/// <summary>docs/runbook.md against the code: what can page or warn somebody is in it, and nothing else is.</summary>
public sealed partial class RunbookTests
{
    private static readonly string Root = Path.GetFullPath(Path.Combine(Here(), "..", "..", ".."));
    private static readonly string Page = File.ReadAllText(Path.Combine(Root, "docs", "runbook.md"));
    private static readonly string Alerts = File.ReadAllText(Path.Combine(Root, "ops", "prometheus", "alerts.yml"));

    [Fact]
    public void Each_event_at_warning_or_above_is_in_the_runbook()
    {
        // Those of the packages too; what the emulator says is for tests.
        var packages = Directory.GetFiles(AppContext.BaseDirectory, "SxtAspNet*.dll").Select(Assembly.LoadFrom)
            .Where(package => package != typeof(RunbookTests).Assembly && package != typeof(SxtGatewayEmulator).Assembly);
        var events = packages.SelectMany(package => package.GetTypes())
            .SelectMany(type => type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>())
            .Where(message => message?.Level >= LogLevel.Warning)
            .Select(message => message!.EventId)
            .Distinct();

        Assert.Equal(events.Order(), Section("Events", EventRow()).Select(int.Parse));
    }

    [Fact]
    public void Each_failure_reason_is_in_the_runbook() =>
        Assert.Equal(Enum.GetNames<SxtFailureReason>(), Section("Failure reasons", ReasonRow()));

    [Fact]
    public void Each_alert_has_a_section_in_the_runbook_a_summary_and_a_first_step()
    {
        var alerts = Alert().Matches(Alerts);

        Assert.NotEmpty(alerts);
        Assert.Equal(alerts.Select(alert => alert.Groups[1].Value), Section("Alerts", Heading()));
        Assert.All(alerts, alert =>
        {
            var text = alert.Groups[2].Value;
            Assert.Contains($"runbook: docs/runbook.md#{alert.Groups[1].Value.ToLowerInvariant()}\n", text, StringComparison.Ordinal);
            Assert.Contains("          summary: ", text, StringComparison.Ordinal);
            Assert.Contains("          first_step: ", text, StringComparison.Ordinal);
            Assert.Contains("          severity: ", text, StringComparison.Ordinal);
        });
        foreach (var part in Regex.Split(Page[..Page.IndexOf("## Events", StringComparison.Ordinal)], "^### ", RegexOptions.Multiline).Skip(1))
        {
            Assert.Contains("**Users see**", part, StringComparison.Ordinal);
            Assert.Contains("**Look at**", part, StringComparison.Ordinal);
            Assert.Contains("**Do**", part, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("runbook.md")]
    [InlineData("operations.md")]
    public void Each_link_leads_to_a_section_that_exists(string page)
    {
        var folder = Path.Combine(Root, "docs");

        var broken = Link().Matches(File.ReadAllText(Path.Combine(folder, page)))
            .Select(link => (File: link.Groups[1].Value.Length == 0 ? page : link.Groups[1].Value, Anchor: link.Groups[2].Value, Text: link.Value))
            .Where(link => !link.File.Contains("://", StringComparison.Ordinal))
            .Where(link => Path.Combine(folder, link.File) is var file
                && !(File.Exists(file) && (link.Anchor.Length == 0 || AnchorsOf(file).Contains(link.Anchor))));

        Assert.Empty(broken.Select(link => link.Text));
    }

    private static IEnumerable<string> Section(string title, Regex row)
    {
        var start = Page.IndexOf($"\n## {title}\n", StringComparison.Ordinal);
        var end = Page.IndexOf("\n## ", start + 1, StringComparison.Ordinal);
        return row.Matches(Page[start..(end < 0 ? Page.Length : end)]).Select(match => match.Groups[1].Value);
    }

    private static IEnumerable<string> AnchorsOf(string file) => AnyHeading().Matches(File.ReadAllText(file))
        .Select(heading => NotInAnchors().Replace(heading.Groups[1].Value.Trim().ToLowerInvariant(), "").Replace(' ', '-'));

    private static string Here([CallerFilePath] string file = "") => Path.GetDirectoryName(file)!;

    [GeneratedRegex(@"^\| ([0-9]{4}) \|(?: [^|]+ \|){4}$", RegexOptions.Multiline)]
    private static partial Regex EventRow();

    [GeneratedRegex(@"^\| `(\w+)` \|(?: [^|]+ \|){4}$", RegexOptions.Multiline)]
    private static partial Regex ReasonRow();

    [GeneratedRegex(@"^### (\w+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"^#+ (.+)$", RegexOptions.Multiline)]
    private static partial Regex AnyHeading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex NotInAnchors();

    [GeneratedRegex(@"\]\(([^)#\s]*)#?([^)\s]*)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"- alert: (\w+)\n((?:.*\n?)*?)(?=\n +- alert: |\z)")]
    private static partial Regex Alert();
}
