using System.Runtime.Versioning;
using SxtAspNet.Tool.Tests.Infrastructure;
using static SxtAspNet.Tests.Keys.KeyVectors;

namespace SxtAspNet.Tool.Tests;

/// <summary>A stdout that takes nothing, as scripts can have it.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class OutputTests : IDisposable
{
    private readonly KeyFolder _folder = new();

    public static TheoryData<string> Redirections => [">/dev/full", ">&-"];

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(Redirections))]
    public async Task A_new_key_whose_public_half_nobody_saw_is_named(string redirection)
    {
        var path = _folder.At("sxt.pem");

        (await ToolProcess.RunRedirectedAsync(redirection, "key", "new", path))
            .EndedWith(3, "can't be written to stdout", $"The new key is in '{path}'", $"dotnet sxt key show {path}");

        (await Sxt.RunAsync("key", "show", path)).Succeeded();
    }

    [Theory]
    [MemberData(nameof(Redirections))]
    public async Task Other_output_that_is_lost_is_no_bug(string redirection) =>
        (await ToolProcess.RunRedirectedAsync(redirection, "key", "show", _folder.Write("sxt.pem", Pem)))
            .EndedWith(3, "can't be written to stdout");

    [Fact]
    public async Task Of_a_probe_whose_findings_nobody_saw_the_files_are_named()
    {
        await using var account = await TestAccount.StartAsync();
        string[] probe = ["probe", "--yes", .. account.Options];
        var report = account.Folder.At("gateway.md");

        (await ToolProcess.RunRedirectedAsync(">/dev/full", [.. probe, "--report", report]))
            .EndedWith(3, "can't be written to stdout", $"What was found out is in '{report}'.");
        (await ToolProcess.RunRedirectedAsync(">/dev/full", probe))
            .EndedWith(3, "can't be written to stdout", "What was found out is lost; with --report, a file has it.");
    }

    [Fact]
    public async Task Help_that_is_lost_is_no_bug() =>
        (await ToolProcess.RunRedirectedAsync(">/dev/full", "--help")).EndedWith(3, "can't be written to stdout");

    [Fact]
    public async Task A_stderr_that_is_closed_does_not_keep_the_answer_away()
    {
        var shown = await ToolProcess.RunRedirectedAsync("2>&-", "key", "show", _folder.Write("sxt.pem", Pem));

        Assert.Equal(PublicKeyBase64, shown.Succeeded().Lines[0]);
    }
}
