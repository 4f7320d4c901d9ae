using System.Net;
using Microsoft.Extensions.DependencyInjection;
using SxtAspNet.Testing;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Farm;

public class FarmTests
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_cold_farm_logs_in_once()
    {
        await using var farm = new TestFarm(8);
        farm.Gateway.InjectFault(SxtGatewayFault.Delay(TimeSpan.FromSeconds(2), kind: SxtGatewayCallKind.Token));

        var sending = Enumerable.Range(0, 50).SelectMany(_ => farm.Instances.Select(instance => instance.SendAsync())).ToArray();
        farm.Pass(TimeSpan.FromSeconds(4));

        Assert.All(await Task.WhenAll(sending), response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
        Assert.Equal(1, farm.Gateway.Calls.Count(SxtGatewayCallKind.Challenge));
        Assert.Equal(1, farm.Logins);
        farm.AssertOneSession();
        Assert.Equal(1, farm.Instances.Count(instance => instance.Status.Mode == SxtSessionMode.Owner));
        Assert.Equal(7, farm.Instances.Count(instance => instance.Status.Mode == SxtSessionMode.Shared));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_day_of_traffic_costs_one_renewal_per_generation_and_no_request(bool isLenient)
    {
        await using var farm = new TestFarm(4, new() { OldAccessTokensSurviveRefresh = isLenient });
        await farm.StartAsync();

        await farm.PassWithTrafficAsync(TimeSpan.FromHours(25), TimeSpan.FromSeconds(20));

        Assert.Equal(2, farm.Logins);
        Assert.InRange(farm.Refreshes, 70, 78);
        Assert.Equal(0, farm.Gateway.Calls.ReusedRefreshTokens);
        Assert.Equal(0, farm.Gateway.Calls.ExpiredTokensPresented);
        farm.AssertOneSession();
    }

    [Fact]
    public async Task A_renewal_is_seen_by_all_at_once_through_notices()
    {
        await using var farm = new TestFarm(4);
        await farm.StartAsync();
        farm.PassToRenewal();

        farm.Pass(TimeSpan.FromSeconds(5));

        Assert.Equal(1, farm.Refreshes);
        farm.AssertOneSession();
    }

    [Fact]
    public async Task A_lost_notice_is_made_up_for_by_the_next_poll()
    {
        await using var farm = new TestFarm(4, new() { OldAccessTokensSurviveRefresh = true });
        await farm.StartAsync();
        farm.Room.NoticesAreLost = true;
        farm.PassToRenewal();

        farm.Pass(TimeSpan.FromSeconds(5) + Poll);

        Assert.Equal(2, farm.Renewals);
        farm.AssertOneSession();
    }

    [Fact]
    public async Task A_subscription_that_is_lost_is_told_once_and_made_again_as_soon_as_it_may_be()
    {
        await using var farm = new TestFarm(2);
        await farm.StartAsync();
        var instance = farm.Instances[0];
        Assert.Equal(1, instance.Door.Subscriptions);

        instance.Door.MayNotListen = true;
        farm.Pass(5 * Poll);

        var report = Assert.Single(instance.Logs.GetSnapshot(), log => log.Id.Id == 1407);
        Assert.Contains("Listening is not allowed any more.", report.Message, StringComparison.Ordinal);
        Assert.Equal(0, instance.Door.Subscriptions);

        instance.Door.MayNotListen = false;
        farm.Pass(2 * Poll);
        Assert.Equal(1, instance.Door.Subscriptions);

        instance.Door.MayNotListen = true;
        Assert.Equal(2, instance.Logs.GetSnapshot().Count(log => log.Id.Id == 1407));
    }

    [Fact]
    public async Task A_dead_owner_costs_one_login()
    {
        await using var farm = new TestFarm(4);
        await farm.StartAsync();
        farm.Owner.Kill();

        await farm.PassWithTrafficAsync(TimeSpan.FromMinutes(25));

        Assert.Equal(2, farm.Logins);
        Assert.Equal(0, farm.Refreshes);
        farm.AssertOneSession();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_owner_that_dies_during_its_refresh_costs_one_login(bool isAfterTheWork)
    {
        await using var farm = new TestFarm(4, new() { OldAccessTokensSurviveRefresh = true });
        await farm.StartAsync();
        farm.PassToRenewal();
        var delay = TimeSpan.FromSeconds(8);
        farm.Gateway.InjectFault(isAfterTheWork
            ? SxtGatewayFault.DelayAnswer(delay, times: 1, SxtGatewayCallKind.Refresh)
            : SxtGatewayFault.Delay(delay, times: 1, SxtGatewayCallKind.Refresh));
        farm.Pass(TimeSpan.FromSeconds(5));
        farm.Owner.Kill();
        farm.Room.AbandonLeases();

        await farm.PassWithTrafficAsync(TimeSpan.FromMinutes(5));

        Assert.Equal(2, farm.Logins);
        Assert.Equal(0, farm.Gateway.Calls.ReusedRefreshTokens);
        farm.AssertOneSession();
    }

    [Fact]
    public async Task An_owner_that_reaches_the_store_but_not_the_gateway_costs_one_login()
    {
        await using var farm = new TestFarm(4);
        await farm.StartAsync();
        farm.Owner.IsCutFromGateway = true;

        await farm.PassWithTrafficAsync(TimeSpan.FromMinutes(25));

        Assert.Equal(2, farm.Logins);
        Assert.Equal(0, farm.Refreshes);
        farm.AssertOneSession();
    }

    [Theory]
    [InlineData(2)]
    [InlineData(12)]
    [InlineData(14)]
    public async Task A_refresh_whose_answer_comes_too_late_fails_no_request_at_a_strict_gateway_that_is_late_for_a_while(int seconds)
    {
        await using var farm = new TestFarm(4);
        await farm.StartAsync();
        farm.PassToRenewal();
        SxtGatewayCallKind[] kinds = [SxtGatewayCallKind.Refresh, SxtGatewayCallKind.Challenge, SxtGatewayCallKind.Token, SxtGatewayCallKind.ValidToken];
        foreach (var kind in kinds)
        {
            farm.Gateway.InjectFault(SxtGatewayFault.DelayAnswer(TimeSpan.FromSeconds(12.5), kind: kind));
        }

        while (farm.Refreshes == 0)
        {
            farm.Pass(TimeSpan.FromSeconds(0.1));
        }

        List<Task<HttpResponseMessage>> sending = [];
        for (var half = 0; half < 80; half++)
        {
            if (half == 2 * seconds)
            {
                farm.Gateway.ClearFaults();
            }

            sending.AddRange(farm.Instances.Select(instance => instance.SendAsync()));
            farm.Pass(TimeSpan.FromSeconds(0.5));
        }

        Assert.All(await Task.WhenAll(sending), response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
        Assert.Equal(1, farm.Refreshes);
        Assert.InRange(farm.Logins, 2, 3);
        farm.AssertOneSession();
    }

    [Fact]
    public async Task An_instance_cut_from_the_store_logs_in_once_per_generation_and_comes_back()
    {
        await using var farm = new TestFarm(4, new() { OldAccessTokensSurviveRefresh = true });
        await farm.StartAsync();
        var lonely = farm.Instances.First(instance => instance.Status.Mode == SxtSessionMode.Shared);
        lonely.Door.IsShut = true;

        await farm.PassWithTrafficAsync(TimeSpan.FromMinutes(25));
        Assert.Equal(2, farm.Logins);
        Assert.Equal(1, farm.Refreshes);
        Assert.Equal(SxtSessionMode.Private, lonely.Status.Mode);
        Assert.Equal(SxtSessionState.Degraded, lonely.Status.State);

        lonely.Door.IsShut = false;
        await farm.PassWithTrafficAsync(Poll);
        farm.AssertOneSession();
        Assert.Equal(SxtSessionState.Active, lonely.Status.State);
        Assert.Equal(0, farm.Gateway.Calls.Count(SxtGatewayCallKind.Logout));
    }

    [Theory]
    [InlineData("shut")]
    [InlineData("read-only")]
    [InlineData("hanging")]
    public async Task A_store_that_fails_for_all_costs_one_login_per_instance_and_generation(string how)
    {
        await using var farm = new TestFarm(4, new() { OldAccessTokensSurviveRefresh = true });
        await farm.StartAsync();
        foreach (var instance in farm.Instances)
        {
            instance.Door.IsShut = how == "shut";
            instance.Door.IsReadOnly = how == "read-only";
            instance.Door.Hangs = how == "hanging";
        }

        await farm.PassWithTrafficAsync(TimeSpan.FromMinutes(23));
        Assert.Equal(1 + 4, farm.Logins);

        // A refresh of what is shared could end the token that the others still use.
        Assert.Equal(0, farm.Refreshes);
        Assert.Equal(0, farm.Gateway.Calls.ReusedRefreshTokens);
        foreach (var instance in farm.Instances)
        {
            Assert.Equal(SxtSessionState.Degraded, instance.Status.State);
            instance.Door.IsShut = instance.Door.IsReadOnly = instance.Door.Hangs = false;
        }

        await farm.PassWithTrafficAsync(Poll + Poll);
        farm.AssertOneSession();
        Assert.All(farm.Instances, instance => Assert.Equal(SxtSessionState.Active, instance.Status.State));
        Assert.Equal(1 + 4, farm.Renewals);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task A_store_that_is_away_when_the_session_is_due_and_comes_back_in_time_costs_nothing(bool oneSessionPerUser, bool refusesWritesOnly)
    {
        await using var farm = new TestFarm(4, new() { LoginEndsOtherSessions = oneSessionPerUser });
        await farm.StartAsync();
        await farm.PassWithTrafficAsync(TimeSpan.FromMinutes(19));
        farm.Instances.ForEach(instance => (instance.Door.IsShut, instance.Door.IsReadOnly) = (!refusesWritesOnly, refusesWritesOnly));

        await farm.PassWithTrafficAsync(TimeSpan.FromMinutes(3));

        Assert.Equal((1, 0), (farm.Logins, farm.Refreshes));
        Assert.All(farm.Instances, instance => Assert.Equal((SxtSessionState.Degraded, 0), (instance.Status.State, instance.Status.Failures)));
        Assert.All(farm.Instances, instance => Assert.Single(instance.Logs.GetSnapshot(), log => log.Id.Id == 1401));

        farm.Instances.ForEach(instance => instance.Door.IsShut = instance.Door.IsReadOnly = false);
        await farm.PassWithTrafficAsync(Poll + Poll);

        farm.AssertOneSession();
        Assert.Equal(2, farm.Renewals);
        Assert.All(farm.Instances, instance => Assert.Equal(SxtSessionState.Active, instance.Status.State));
    }

    [Fact]
    public async Task A_store_that_comes_back_empty_gets_the_session_back()
    {
        await using var farm = new TestFarm(4);
        await farm.StartAsync();
        farm.Room.Clear();

        await farm.PassWithTrafficAsync(Poll);

        Assert.Equal(1, farm.Renewals);
        Assert.Single(farm.Room.Records, record => !record.Key.EndsWith(":note", StringComparison.Ordinal));
        farm.AssertOneSession();
    }

    [Fact]
    public async Task An_old_record_that_is_put_back_is_overwritten_and_adopted_by_nobody()
    {
        await using var farm = new TestFarm(4);
        await farm.StartAsync();
        var (key, old) = Assert.Single(farm.Room.Records);
        farm.PassToRenewal();
        farm.Pass(TimeSpan.FromSeconds(5));
        var generation = farm.Instances[0].Status.Generation;

        farm.Room.Put(key, old);
        await farm.PassWithTrafficAsync(Poll);

        Assert.All(farm.Instances, instance => Assert.Equal(generation, instance.Status.Generation));
        Assert.NotEqual(old, farm.Room.Records[key]);
        Assert.Equal(2, farm.Renewals);
    }

    [Fact]
    public async Task A_record_that_cannot_be_opened_is_reported_left_alone_and_not_trusted()
    {
        await using var farm = new TestFarm(2);
        await farm.StartAsync();
        var (key, record) = Assert.Single(farm.Room.Records);
        var forged = record.ToArray();
        forged[^1] ^= 1;
        farm.Room.Put(key, forged);

        await farm.PassWithTrafficAsync(TimeSpan.FromMinutes(23));

        Assert.Equal(forged, farm.Room.Records[key]);
        Assert.All(farm.Instances, instance =>
        {
            Assert.Contains(instance.Logs.GetSnapshot(), log => log.Id.Id == 1403);
            Assert.Equal(SxtSessionMode.Private, instance.Status.Mode);
        });
        Assert.Equal(3, farm.Renewals);
    }

    [Fact]
    public async Task Nothing_readable_and_no_refresh_token_is_in_the_store()
    {
        await using var farm = new TestFarm(2);
        await farm.StartAsync();
        var token = (await farm.Instances[0].Session.GetAccessTokenAsync(TestContext.Current.CancellationToken)).GetValue();

        var stored = Convert.ToBase64String(Assert.Single(farm.Room.Records).Value);

        Assert.DoesNotContain(Convert.ToBase64String(System.Text.Encoding.UTF8.GetBytes(token))[..32], stored, StringComparison.Ordinal);
        Assert.True(Convert.FromBase64String(stored).AsSpan().IndexOf(System.Text.Encoding.UTF8.GetBytes(token[..16])) < 0);
    }

    [Fact]
    public async Task A_gateway_outage_is_asked_about_by_one_instance_with_back_off()
    {
        await using var farm = new TestFarm(8);
        await farm.StartAsync();
        farm.PassToRenewal();
        farm.Gateway.InjectFault(SxtGatewayFault.Status(429, kind: SxtGatewayCallKind.Challenge));
        farm.Gateway.InjectFault(SxtGatewayFault.Status(429, kind: SxtGatewayCallKind.Refresh));

        await farm.PassWithTrafficAsync(TimeSpan.FromMinutes(4));

        // 1 s, 2 s, 4 s … up to a minute apart, whoever asks.
        Assert.InRange(farm.Gateway.Calls.Count(SxtGatewayCallKind.Challenge) + farm.Refreshes, 5, 14);
        farm.Gateway.ClearFaults();
        await farm.PassWithTrafficAsync(TimeSpan.FromSeconds(40));
        Assert.InRange(farm.Logins, 1, 2);
        farm.AssertOneSession();
        Assert.True(farm.Instances[0].Status.AccessTokenExpiresAt > farm.Time.GetUtcNow() + TimeSpan.FromMinutes(20));
    }

    [Fact]
    public async Task A_new_instance_adopts_and_a_stopping_one_logs_nobody_out()
    {
        await using var farm = new TestFarm(2);
        await farm.StartAsync();
        var calls = farm.Gateway.Calls.All.Count;

        var added = farm.Add();
        await added.StartAsync();
        await added.SucceedAsync();
        await farm.Owner.StopAsync();
        await farm.PassWithTrafficAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(0, farm.Gateway.Calls.Count(SxtGatewayCallKind.Logout));
        Assert.DoesNotContain(farm.Gateway.Calls.All.Skip(calls), call => call.Kind is not SxtGatewayCallKind.Sql);
    }

    [Fact]
    public async Task A_logout_drops_the_token_everywhere_and_the_next_request_logs_in_once()
    {
        await using var farm = new TestFarm(4);
        await farm.StartAsync();

        await farm.Instances[2].Session.LogoutAsync(TestContext.Current.CancellationToken);
        Assert.All(farm.Instances, instance => Assert.Equal(SxtSessionState.LoggedOut, instance.Status.State));
        farm.Pass(TimeSpan.FromMinutes(2));
        Assert.Equal(1, farm.Logins);

        await farm.Instances[1].SucceedAsync();
        foreach (var instance in farm.Instances)
        {
            await instance.SucceedAsync();
        }

        Assert.Equal(2, farm.Logins);
        Assert.Equal(1, farm.Gateway.Calls.Count(SxtGatewayCallKind.Logout));
        farm.AssertOneSession();
    }

    [Fact]
    public async Task A_logout_that_can_see_neither_a_token_nor_the_store_logs_in_to_end_the_session_of_all()
    {
        await using var farm = new TestFarm(2);
        await farm.StartAsync();
        var blind = farm.Add();
        blind.Door.IsShut = true;

        var leaving = blind.Session.LogoutAsync(TestContext.Current.CancellationToken);
        farm.Pass(TimeSpan.FromSeconds(4));
        await leaving;

        Assert.Equal(2, farm.Logins);
        Assert.Equal(1, farm.Gateway.Calls.Count(SxtGatewayCallKind.Logout));
        Assert.Equal(SxtSessionState.LoggedOut, blind.Status.State);
    }

    [Fact]
    public async Task A_revoked_session_costs_one_login_for_the_farm()
    {
        await using var farm = new TestFarm(4);
        await farm.StartAsync();
        farm.Pass(TimeSpan.FromMinutes(3));
        farm.Gateway.RevokeSessions(TestFarm.User);

        foreach (var instance in farm.Instances)
        {
            await instance.SucceedAsync();
        }

        Assert.Equal(2, farm.Logins);
        farm.AssertOneSession();
    }

    [Fact]
    public async Task An_instance_that_was_away_for_longer_than_the_refresh_token_lives_adopts_and_overwrites_nothing()
    {
        await using var farm = new TestFarm(3);
        await farm.StartAsync();
        var away = farm.Owner;
        away.Door.IsShut = true;
        away.IsCutFromGateway = true;
        farm.Pass(TimeSpan.FromMinutes(45));
        var others = farm.Instances.Where(instance => instance != away).ToArray();
        var generation = Assert.Single(others.Select(instance => instance.Status.Generation).Distinct());

        away.Door.IsShut = false;
        farm.Pass(Poll);
        away.IsCutFromGateway = false;

        Assert.Equal(generation, away.Status.Generation);
        await away.SucceedAsync();
        Assert.Equal(2, farm.Logins);
    }

    [Fact]
    public async Task An_idle_farm_whose_owner_died_renews_although_no_answer_told_it_the_time()
    {
        await using var farm = new TestFarm(3);
        await farm.StartAsync();
        farm.Owner.Kill();

        farm.Pass(TimeSpan.FromMinutes(24));

        Assert.Equal(2, farm.Logins);
        farm.AssertOneSession();
    }

    [Fact]
    public async Task Sessions_of_other_users_and_prefixes_are_never_mixed_up()
    {
        await using var farm = new TestFarm(2);
        farm.Add(options => options.UserId = "billing-service");
        farm.Add(options => options.UserId = "billing-service");
        await farm.StartAsync();

        Assert.Equal(2, farm.Logins);
        Assert.Equal(2, farm.Room.Records.Count);
        Assert.Equal(farm.Instances[0].Status.Generation, farm.Instances[1].Status.Generation);
        Assert.Equal(farm.Instances[2].Status.Generation, farm.Instances[3].Status.Generation);
    }

    [Fact]
    public async Task A_key_that_one_instance_cant_get_holds_back_nobody_else()
    {
        await using var farm = new TestFarm(1);
        var keyless = farm.Add(services: collection => collection.PostConfigureAll<SxtOptions>(options =>
        {
            var source = new TestKeySource("missing key");
            source.Fail();
            options.Keys.Clear();
            options.Keys.Add(new() { Source = source });
        }));

        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(keyless.SendAsync);

        Assert.Equal(SxtFailureReason.KeyUnavailable, failure.Reason);
        await farm.Instances[0].SucceedAsync();
    }

    [Fact]
    public async Task A_key_that_arrives_after_a_record_that_it_sealed_spares_the_login_at_the_next_renewal()
    {
        TestKeySource old = new("old"), @new = new("new");
        await using var farm = new TestFarm(0, new() { OldAccessTokensSurviveRefresh = true });
        farm.Gateway.AddUser(TestFarm.User, old.PublicKey, @new.PublicKey);
        var keyFiles = new[] { new TestKeySource("first"), new TestKeySource("second") };
        foreach (var keyFile in keyFiles)
        {
            keyFile.Opening = old.OpenAsync;
            farm.Add(services: collection => collection.PostConfigureAll<SxtOptions>(options =>
            {
                options.Keys.Clear();
                options.Keys.Add(new() { Source = keyFile });
            }));
        }

        await farm.StartAsync();
        var owner = farm.Instances.IndexOf(farm.Owner);
        var other = farm.Instances[1 - owner];
        keyFiles[owner].Opening = @new.OpenAsync;
        farm.PassToRenewal();
        while (farm.Refreshes == 0)
        {
            farm.Pass(TimeSpan.FromSeconds(1));
        }

        // The other one has met the record, and does not look for its key again for minutes.
        Assert.Equal(SxtSessionState.Degraded, other.Status.State);
        keyFiles[1 - owner].Opening = @new.OpenAsync;
        farm.Pass(TimeSpan.FromMinutes(3));

        farm.AssertOneSession();
        Assert.Equal((1, 1), (farm.Logins, farm.Refreshes));
    }
}
