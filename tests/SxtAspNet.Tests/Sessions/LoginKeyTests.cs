using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SxtAspNet.Testing;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Sessions;

public class LoginKeyTests
{
    [Fact]
    public async Task The_keys_of_the_options_are_tried_in_their_order_then_added_sources()
    {
        var source = new TestKeySource("source in the options");
        var added = new TestKeySource("added source");
        source.Fail();
        await using var app = new TestApp(services: services =>
        {
            services.AddSxt(_ => { }).AddKeySource(_ => added);
            services.UseKeys(source);
            services.PostConfigureAll<SxtOptions>(options => options.Keys.Add(new() { File = "/nowhere/sxt.pem" }));
        });
        app.Gateway.AddUser(TestApp.User, added.PublicKey);

        using var response = await app.QueryAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Collection(
            Warnings(app),
            first => Assert.StartsWith("source in the options:", first, StringComparison.Ordinal),
            second => Assert.StartsWith("file /nowhere/sxt.pem:", second, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_key_that_does_not_open_is_followed_by_the_next_one_and_a_warning_names_it()
    {
        var (broken, good) = (new TestKeySource("broken key"), new TestKeySource("good key"));
        broken.Fail();
        await using var app = AppWith(broken, good);
        app.Gateway.AddUser(TestApp.User, good.PublicKey);

        using var response = await app.QueryAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.StartsWith("broken key: this key did not lead to a login; the next one is tried.", Assert.Single(Warnings(app)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_exception_of_a_source_is_in_the_log_at_level_debug()
    {
        var broken = new TestKeySource("broken key");
        broken.Fail();
        await using var app = AppWith(broken);

        await Assert.ThrowsAsync<SxtAuthenticationException>(() => app.QueryAsync());

        Assert.Contains(app.Logs.GetSnapshot(), log =>
            log is { Id.Id: 1302, Level: LogLevel.Debug, Exception: IOException } && log.Message.Contains("broken key", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_key_that_can_be_had_again_is_used_within_seconds_however_long_it_was_away()
    {
        var key = new TestKeySource("device");
        key.Fail();
        await using var app = AppWith(key);
        app.Gateway.AddUser(TestApp.User, key.PublicKey);
        await app.StartAsync();
        app.Pass(TimeSpan.FromHours(1));
        await Assert.ThrowsAsync<SxtAuthenticationException>(() => app.QueryAsync());

        key.Opening = null;
        app.Pass(TimeSpan.FromSeconds(5));

        using var response = await app.QueryAsync();
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task The_only_key_has_no_warning_of_its_own()
    {
        var broken = new TestKeySource("broken key");
        broken.Fail();
        await using var app = AppWith(broken);

        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(() => app.QueryAsync());

        Assert.Empty(Warnings(app));
        Assert.Contains("broken key", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_refused_key_is_followed_by_the_next_one_and_a_warning_names_it()
    {
        var (stranger, good) = (new TestKeySource("stranger's key"), new TestKeySource("good key"));
        await using var app = AppWith(stranger, good);
        app.Gateway.AddUser(TestApp.User, good.PublicKey);

        using var response = await app.QueryAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.StartsWith("stranger's key:", Assert.Single(Warnings(app)), StringComparison.Ordinal);
        Assert.Equal(2, app.Logins);
    }

    [Fact]
    public async Task A_refused_key_that_was_just_rotated_is_opened_again_and_logs_in()
    {
        var (old, rotated) = (new TestKeySource(), new TestKeySource());
        old.Opening = _ => new(old.Openings == 1 ? old.Create() : rotated.Create());
        await using var app = AppWith(old);
        app.Gateway.AddUser(TestApp.User, rotated.PublicKey);

        using var response = await app.QueryAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(2, old.Openings);
        Assert.Empty(Warnings(app));
    }

    [Fact]
    public async Task A_refused_key_that_is_still_the_same_is_not_presented_again()
    {
        var stranger = new TestKeySource();
        await using var app = AppWith(stranger);

        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(() => app.QueryAsync());

        Assert.Contains($"whose public key is {Convert.ToBase64String(stranger.PublicKey.Span)}", failure.Message, StringComparison.Ordinal);
        Assert.Equal(2, stranger.Openings);
        Assert.Equal(1, app.Logins);
    }

    [Fact]
    public async Task A_key_behind_two_that_hang_is_opened_well_before_their_time_is_up()
    {
        var (first, second, backup) = (new TestKeySource("first key"), new TestKeySource("second key"), new TestKeySource("backup key"));
        var hanging = new TaskCompletionSource<SxtCredential>();
        first.Opening = second.Opening = _ => new(hanging.Task);
        await using var app = AppWith(first, second, backup);
        app.Gateway.AddUser(TestApp.User, backup.PublicKey);

        var sending = app.QueryAsync();
        app.Pass(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(0.1));
        var isCompleted = sending.IsCompleted;
        using var late = new TestKey(first.Create());
        hanging.SetResult(late);

        Assert.True(isCompleted);
        Assert.Equal(HttpStatusCode.OK, (await sending).StatusCode);
        Assert.True(late.IsDisposed);
        Assert.Equal(2, Warnings(app).Length);
    }

    [Fact]
    public async Task A_backup_key_is_not_opened_while_the_first_opens_in_good_time()
    {
        var (first, backup) = (new TestKeySource("first key"), new TestKeySource("backup key"));
        var opening = new TaskCompletionSource<SxtCredential>();
        first.Opening = _ => new(opening.Task);
        await using var app = AppWith(first, backup);
        app.Gateway.AddUser(TestApp.User, first.PublicKey);

        var sending = app.QueryAsync();
        app.Pass(TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(0.1));
        opening.SetResult(first.Create());

        Assert.Equal(HttpStatusCode.OK, (await sending).StatusCode);
        Assert.Equal(0, backup.Openings);
        Assert.Empty(Warnings(app));
    }

    [Fact]
    public async Task A_first_key_that_opens_late_is_used_where_the_backup_does_not_open()
    {
        var (first, backup) = (new TestKeySource("first key"), new TestKeySource("backup key"));
        var opening = new TaskCompletionSource<SxtCredential>();
        first.Opening = _ => new(opening.Task);
        backup.Fail();
        await using var app = AppWith(first, backup);
        app.Gateway.AddUser(TestApp.User, first.PublicKey);

        var sending = app.QueryAsync();
        app.Pass(TimeSpan.FromSeconds(6), TimeSpan.FromSeconds(0.1));
        opening.SetResult(first.Create());

        Assert.Equal(HttpStatusCode.OK, (await sending).StatusCode);
        Assert.Equal(1, backup.Openings);
    }

    [Fact]
    public async Task When_every_key_is_refused_the_failure_says_so_and_where_to_look()
    {
        await using var app = AppWith(new TestKeySource(), new TestKeySource());

        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(() => app.QueryAsync());

        Assert.Equal(SxtFailureReason.KeyRefused, failure.Reason);
        Assert.Contains(TestApp.User, failure.Message, StringComparison.Ordinal);
        Assert.Contains("; put the public key on the user's keyring, or configure a key that is on it.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task When_no_key_opens_the_failure_names_each_of_them()
    {
        var (first, second) = (new TestKeySource("first key"), new TestKeySource("second key"));
        first.Fail();
        second.Fail();
        await using var app = AppWith(first, second);

        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(() => app.QueryAsync());

        Assert.Equal(SxtFailureReason.KeyUnavailable, failure.Reason);
        Assert.Contains("first key", failure.Message, StringComparison.Ordinal);
        Assert.Contains("second key", failure.Message, StringComparison.Ordinal);
        Assert.Empty(app.Gateway.Calls.All);
    }

    [Fact]
    public async Task A_user_that_the_gateway_does_not_know_is_a_reason_of_its_own()
    {
        await using var app = new TestApp(services: services =>
            services.PostConfigureAll<SxtOptions>(options => options.UserId = "nobody"));

        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(() => app.QueryAsync());

        Assert.Equal(SxtFailureReason.UserUnknown, failure.Reason);
        Assert.Contains("'nobody'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("UserId", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_user_that_gets_a_challenge_but_does_not_exist_is_told_from_a_wrong_key()
    {
        await using var app = new TestApp(services: services =>
            services.PostConfigureAll<SxtOptions>(options => options.UserId = "nobody"));
        app.Gateway.InjectFault(SxtGatewayFault.Answer(200, """{"authCode":"aaaa"}""", kind: SxtGatewayCallKind.Challenge));

        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(() => app.QueryAsync());

        Assert.Equal(SxtFailureReason.UserUnknown, failure.Reason);
        Assert.Equal(1, app.Gateway.Calls.Count(SxtGatewayCallKind.IdExists));
    }

    [Fact]
    public async Task A_failing_gateway_is_not_met_by_trying_other_keys()
    {
        var (first, second) = (new TestKeySource(), new TestKeySource());
        await using var app = AppWith(first, second);
        app.Gateway.AddUser(TestApp.User, first.PublicKey, second.PublicKey);
        app.Gateway.InjectFault(SxtGatewayFault.Status(503, kind: SxtGatewayCallKind.Token));

        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(() => app.QueryAsync());

        Assert.Equal(SxtFailureReason.GatewayUnreachable, failure.Reason);
        Assert.Equal(0, second.Openings);
    }

    [Fact]
    public async Task A_key_source_that_hangs_costs_a_quarter_of_the_key_timeout_and_the_next_one_is_tried()
    {
        var (hanging, good) = (new TestKeySource("hanging key"), new TestKeySource());
        hanging.Opening = _ => new(new TaskCompletionSource<SxtCredential>().Task);
        await using var app = AppWith(hanging, good);
        app.Gateway.AddUser(TestApp.User, good.PublicKey);

        var sending = app.QueryAsync();
        app.Pass(TimeSpan.FromSeconds(2.4), TimeSpan.FromSeconds(0.1));
        Assert.False(sending.IsCompleted);
        app.Pass(TimeSpan.FromSeconds(0.1));

        using var response = await sending;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains("2.5 s, a quarter of KeyTimeout", Assert.Single(Warnings(app)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_opens_after_the_key_timeout_is_disposed()
    {
        var slow = new TestKeySource();
        var opening = new TaskCompletionSource<SxtCredential>();
        slow.Opening = _ => new(opening.Task);
        await using var app = AppWith(slow);
        var sending = app.QueryAsync();
        app.Pass(TimeSpan.FromSeconds(10));
        await Assert.ThrowsAsync<SxtAuthenticationException>(() => sending);

        var key = new TestKey(slow.Create());
        opening.SetResult(key);

        Assert.True(key.IsDisposed);
    }

    [Fact]
    public async Task A_challenge_that_got_too_old_while_it_was_signed_is_replaced_by_a_new_one()
    {
        await using var app = AppWithSlowSigner(slowSignatures: 1);

        var sending = app.QueryAsync();
        app.Pass(TimeSpan.FromSeconds(31));

        using var response = await sending;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(2, app.Gateway.Calls.Count(SxtGatewayCallKind.Challenge));
        Assert.Equal(1, app.Logins);
    }

    [Fact]
    public async Task Two_challenges_that_got_too_old_are_a_reason_of_their_own()
    {
        await using var app = AppWithSlowSigner(slowSignatures: 2);

        var sending = app.QueryAsync();
        app.Pass(TimeSpan.FromSeconds(62));

        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(() => sending);
        Assert.Equal(SxtFailureReason.ChallengeExpired, failure.Reason);
        Assert.Equal(2, app.Gateway.Calls.Count(SxtGatewayCallKind.Challenge));
        Assert.Equal(0, app.Logins);
    }

    [Fact]
    public async Task An_exchange_that_arrived_too_late_is_not_taken_for_a_wrong_key()
    {
        await using var app = new TestApp(options =>
        {
            options.GatewayTimeout = TimeSpan.FromMinutes(1);
            options.AcquireTimeout = TimeSpan.FromMinutes(5);
        });
        app.Gateway.InjectFault(SxtGatewayFault.Delay(TimeSpan.FromSeconds(31), times: 1, SxtGatewayCallKind.Token));

        var sending = app.QueryAsync();
        app.Pass(TimeSpan.FromSeconds(31));

        using var response = await sending;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(2, app.Gateway.Calls.Count(SxtGatewayCallKind.Challenge));
        Assert.Empty(Warnings(app));
    }

    private static TestApp AppWithSlowSigner(int slowSignatures)
    {
        var source = new TestKeySource();
        var app = new TestApp(
            options =>
            {
                options.KeyTimeout = TimeSpan.FromMinutes(1);
                options.AcquireTimeout = TimeSpan.FromMinutes(5);
            },
            services => services.UseKeys(source));
        app.Gateway.AddUser(TestApp.User, source.PublicKey);
        source.Opening = _ => new(new TestKey(source.Create())
        {
            BeforeSigning = () => slowSignatures-- > 0
                ? Task.Delay(TimeSpan.FromSeconds(31), app.Time)
                : Task.CompletedTask,
        });
        return app;
    }

    private static TestApp AppWith(params TestKeySource[] sources) => new(services: services => services.UseKeys(sources));

    private static string[] Warnings(TestApp app) =>
        [.. app.Logs.GetSnapshot().Where(record => record.Id.Id == 1110 && record.Level == LogLevel.Warning).Select(record => record.Message)];
}
