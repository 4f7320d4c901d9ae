using System.Diagnostics;
using SxtAspNet.Testing;
using SxtAspNet.Tests.Gateway.Wire;
using SxtAspNet.Tool.Tests.Infrastructure;
using static SxtAspNet.Tests.Keys.KeyVectors;

namespace SxtAspNet.Tool.Tests;

public sealed class LoginFailureTests
{
    [Fact]
    public async Task A_refused_user_is_named()
    {
        await using var account = await TestAccount.StartAsync();

        var login = await Sxt.RunAsync(
            "login", "--gateway", account.Gateway.BaseAddress.ToString(), "--user", "nobody", "--key", account.KeyFile);

        login.FailedWith("'nobody'", "check --user and --gateway");
    }

    [Fact]
    public async Task A_user_who_turns_out_unknown_only_at_the_exchange_is_named_too()
    {
        await using var account = await TestAccount.StartAsync();
        account.Gateway.InjectFault(SxtGatewayFault.Answer(200, "{\"authCode\":\"0123456789abcdef\"}", kind: SxtGatewayCallKind.Challenge));

        var login = await Sxt.RunAsync(
            "login", "--gateway", account.Gateway.BaseAddress.ToString(), "--user", "nobody", "--key", account.KeyFile);

        login.FailedWith("knows no user 'nobody'", account.Gateway.BaseAddress.ToString(), "check --user and --gateway");
    }

    [Fact]
    public async Task A_refused_key_is_named_by_its_public_key()
    {
        await using var account = await TestAccount.StartAsync();
        account.Gateway.RemoveKey(account.UserId, PublicKey);

        (await account.RunAsync("login")).FailedWith(
            $"user '{account.UserId}'", "refused", $"whose public key is {PublicKeyBase64}", "Put that public key on the keyring");
    }

    [Fact]
    public async Task A_key_that_does_not_open_makes_no_call()
    {
        await using var account = await TestAccount.StartAsync();

        var login = await Sxt.RunAsync(
        [
            "login", "--gateway", account.Gateway.BaseAddress.ToString(), "--user", account.UserId,
            "--key", .. account.Folder.WriteEncrypted("battery-staple"),
        ]);

        login.FailedWith(account.Folder.At("encrypted.pem"), "the password is wrong");
        Assert.Empty(account.Gateway.Calls.All);
    }

    [Fact]
    public async Task An_unreachable_gateway_is_named()
    {
        await using var account = await TestAccount.StartAsync();
        await account.Gateway.DisposeAsync();

        (await account.RunAsync("login")).FailedWith(
            account.UserId, $"the gateway {account.Gateway.BaseAddress} can't be reached", "check --gateway, DNS, proxy and firewall");
    }

    [Fact]
    public async Task The_gateway_s_former_address_is_warned_about()
    {
        using var folder = new KeyFolder();

        // Without a key there is no call.
        var login = await Sxt.RunAsync(
            "login", "--gateway", "https://api.spaceandtime.app", "--user", "orders-service", "--key", folder.At("none.pem"));

        Assert.Equal(1, login.ExitCode);
        Assert.StartsWith("dotnet sxt: warning: Space and Time's gateway is https://api.makeinfinite.dev;", login.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Dropped_packets_are_named_and_not_taken_for_a_bug()
    {
        await using var account = await TestAccount.StartAsync();
        await using var hole = await BlackHole.StartAsync();

        var login = await Sxt.RunAsync(
            "login", "--gateway", hole.Uri.ToString(), "--user", account.UserId, "--key", account.KeyFile, "--timeout", "6");

        login.FailedWith(account.UserId, "no answer while connecting within 5 s (dropped packets?)", "check --gateway, DNS, proxy and firewall");
    }

    [Theory]
    [InlineData(SxtGatewayCallKind.Challenge)]
    [InlineData(SxtGatewayCallKind.Token)]
    public async Task A_gateway_that_does_not_answer_is_given_up_in_time(SxtGatewayCallKind kind)
    {
        await using var account = await TestAccount.StartAsync();
        account.Gateway.InjectFault(SxtGatewayFault.Delay(Timeout.InfiniteTimeSpan, kind: kind));
        var watch = Stopwatch.StartNew();

        var login = await account.RunAsync("login", "--timeout", "1");

        login.FailedWith(account.Gateway.BaseAddress.ToString(), "did not answer within 1 s (--timeout)");
        Assert.InRange(watch.Elapsed, TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(30));
    }

    [Theory]
    [InlineData(429, "asks for fewer calls")]
    [InlineData(503, "failed (status 503")]
    public async Task A_gateway_that_can_t_serve_is_told_apart(int status, string words)
    {
        await using var account = await TestAccount.StartAsync();
        account.Gateway.InjectFault(SxtGatewayFault.Status(status, kind: SxtGatewayCallKind.Token));

        (await account.RunAsync("login")).FailedWith($"user '{account.UserId}'", words);
    }

    [Fact]
    public async Task A_redirect_is_not_followed()
    {
        await using var account = await TestAccount.StartAsync();
        await using var elsewhere = await TestAccount.StartAsync();
        account.Gateway.InjectFault(SxtGatewayFault.Redirect(elsewhere.Gateway.BaseAddress, kind: SxtGatewayCallKind.Challenge));

        (await account.RunAsync("login")).FailedWith("a redirect", "check --gateway");

        Assert.Empty(elsewhere.Gateway.Calls.All);
    }

    [Fact]
    public async Task An_answer_that_quotes_a_token_is_not_repeated()
    {
        await using var account = await TestAccount.StartAsync();
        var token = account.Gateway.IssueAccessToken(account.UserId);
        account.Gateway.InjectFault(SxtGatewayFault.Answer(403, $"{{\"detail\":\"denied: {token}\"}}", kind: SxtGatewayCallKind.Token));

        // The result itself holds that no output has a token.
        (await account.RunAsync("login")).FailedWith("denied: …");
    }

    [Fact]
    public async Task Given_up_by_the_user_it_ends_with_130()
    {
        await using var account = await TestAccount.StartAsync();
        account.Gateway.InjectFault(SxtGatewayFault.Delay(Timeout.InfiniteTimeSpan));
        using var stop = new CancellationTokenSource();
        var running = Sxt.RunUntilAsync(stop.Token, ["login", .. account.Options]);
        await account.Gateway.Calls.WaitForAsync(SxtGatewayCallKind.Challenge, 1, TestContext.Current.CancellationToken);

        await stop.CancelAsync();

        Assert.Equal(130, (await running).ExitCode);
    }
}
