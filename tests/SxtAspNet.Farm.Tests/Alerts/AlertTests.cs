using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace SxtAspNet.Farm.Tests.Alerts;

/// <summary>The alerts of ops/prometheus, over recordings of farms with faults. What fires when is listed in docs/proof.md.</summary>
public sealed partial class AlertTests
{
    private static readonly string Root = Path.GetFullPath(Path.Combine(Folder, "..", "..", ".."));
    private static readonly string Rules = Path.Combine(Root, "ops", "prometheus", "alerts.yml");

    public static string Folder => Path.GetDirectoryName(Here())!;

    public static TheoryData<string> Recordings => [.. Listed().Keys];

    [Fact]
    public async Task The_rules_are_well_formed()
    {
        var (exitCode, output) = await Promtool.RunAsync("check", "rules", Rules);

        Assert.True(exitCode == 0, output);
    }

    [Theory]
    [MemberData(nameof(Recordings))]
    public async Task A_fault_fires_the_alerts_that_the_docs_list_and_no_other(string recording)
    {
        var test = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(test, Recording.Read(recording).ToTest(Rules, Listed()[recording]), TestContext.Current.CancellationToken);

            var (exitCode, output) = await Promtool.RunAsync("test", "rules", test);

            Assert.True(exitCode == 0, output);
        }
        finally
        {
            File.Delete(test);
        }
    }

    [Fact]
    public void Each_alert_fires_for_a_fault_and_no_alert_does_without_one()
    {
        var alerts = Alert().Matches(File.ReadAllText(Rules)).Select(alert => alert.Groups[1].Value).ToArray();

        Assert.Equal(alerts.Order(), Listed().Values.SelectMany(fired => fired).Distinct().Order());
        Assert.Empty(Listed()["none"]);
    }

    [Fact]
    public void Each_recording_is_in_the_docs()
    {
        var recordings = Directory.GetFiles(Path.Combine(Folder, "Recordings")).Select(file => Path.GetFileNameWithoutExtension(file));

        Assert.Equal(recordings.Order(), Listed().Keys.Order());
    }

    /// <summary>The alerts by recording, from the docs' table.</summary>
    private static Dictionary<string, string[]> Listed() => Row().Matches(File.ReadAllText(Path.Combine(Root, "docs", "proof.md")))
        .ToDictionary(row => row.Groups[1].Value, row => Name().Matches(row.Groups[2].Value).Select(name => name.Groups[1].Value).ToArray());

    private static string Here([CallerFilePath] string file = "") => file;

    [GeneratedRegex(@"^ +- alert: (\w+)", RegexOptions.Multiline)]
    private static partial Regex Alert();

    [GeneratedRegex(@"^\| `([a-z-]+)` \| [^|]+ \| `--[^|]*` \| ([^|]*) \|$", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"`(Sxt\w+)`")]
    private static partial Regex Name();
}
