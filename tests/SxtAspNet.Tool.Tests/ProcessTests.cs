using System.Diagnostics;
using System.Runtime.Versioning;
using SxtAspNet.Testing;
using SxtAspNet.Tool.Tests.Infrastructure;

namespace SxtAspNet.Tool.Tests;

/// <summary>The built tool as scripts call it.</summary>
public sealed class ProcessTests
{
    [Fact]
    public async Task From_nothing_to_a_login_with_a_new_key()
    {
        await using var account = await TestAccount.StartAsync();
        var path = account.Folder.At("new.pem");

        var made = (await ToolProcess.RunAsync("key", "new", path)).Succeeded();
        var added = (await ToolProcess.RunAsync(["keyring", "add", path, .. account.Options])).Succeeded();
        var list = (await ToolProcess.RunAsync(["keyring", "list", .. account.Options])).Succeeded();
        var login = (await ToolProcess.RunAsync(
            "login", "--gateway", account.Gateway.BaseAddress.ToString(), "--user", account.UserId, "--key", path)).Succeeded();

        Assert.Equal(made.Output, added.Output);
        Assert.Equal(made.Lines, list.Lines[1..]);
        Assert.Contains($"public key: {made.Lines[0]}", login.Lines);
        Assert.Equal(["new.pem", "sxt.pem"], account.Folder.Names.Order());
    }

    [Fact]
    public async Task Exit_codes_tell_a_failure_from_a_wrong_command_line()
    {
        using var folder = new KeyFolder();

        (await ToolProcess.RunAsync("key", "show", folder.At("none.pem"))).FailedWith("does not exist");
        Assert.Equal(2, (await ToolProcess.RunAsync("key", "show")).ExitCode);
    }

    [Theory]
    [InlineData("000")]
    [InlineData("022")]
    [InlineData("277")]
    [UnsupportedOSPlatform("windows")]
    public async Task A_new_file_has_mode_0600_whatever_the_umask(string umask)
    {
        using var folder = new KeyFolder();

        (await ToolProcess.RunUnderAsync(umask, "key", "new", folder.At("sxt.pem"))).Succeeded();

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.At("sxt.pem")));
    }

    [Fact]
    public async Task Of_two_processes_at_once_exactly_one_wins()
    {
        using var folder = new KeyFolder();

        var results = await Task.WhenAll(ToolProcess.RunAsync("key", "new", folder.At("sxt.pem")), ToolProcess.RunAsync("key", "new", folder.At("sxt.pem")));

        var winner = Assert.Single(results, result => result.ExitCode == 0);
        Assert.Single(results, result => result.ExitCode == 1);
        Assert.Equal(["sxt.pem"], folder.Names);
        var shown = (await ToolProcess.RunAsync("key", "show", folder.At("sxt.pem"))).Succeeded();
        Assert.Contains(winner.Lines[0], shown.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    [UnsupportedOSPlatform("windows")]
    public async Task A_signal_ends_it_at_once(string signal, int exitCode)
    {
        await using var account = await TestAccount.StartAsync();
        account.Gateway.InjectFault(SxtGatewayFault.Delay(Timeout.InfiniteTimeSpan));
        await using var process = ToolProcess.StartInForeground(["login", "--timeout", "120", .. account.Options]);
        await account.Gateway.Calls.WaitForAsync(SxtGatewayCallKind.Challenge, 1, TestContext.Current.CancellationToken);
        var watch = Stopwatch.StartNew();

        await process.SignalAsync(signal);
        var result = await process.WaitAsync();

        Assert.Equal(exitCode, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(30), $"It took {watch.Elapsed}.");
    }
}
