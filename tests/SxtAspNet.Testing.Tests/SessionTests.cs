using System.Net;

namespace SxtAspNet.Testing.Tests;

public sealed class SessionTests
{
    [Theory]
    [InlineData(Front.InMemory)]
    [InlineData(Front.Http)]
    public async Task A_refresh_returns_new_tokens_with_new_expiries_and_the_same_session_end(Front front)
    {
        await using TestGateway gateway = await TestGateway.StartAsync(front);
        SessionJson first = await gateway.Client.LoginAsync(gateway.User);
        gateway.Time.Advance(TimeSpan.FromMinutes(20));

        SessionJson second = await gateway.Client.RefreshAsync(first);

        Assert.NotEqual(first.AccessToken, second.AccessToken);
        Assert.NotEqual(first.RefreshToken, second.RefreshToken);
        Assert.Equal(TestGateway.Start.AddMinutes(45).ToUnixTimeMilliseconds(), second.AccessTokenExpires);
        Assert.Equal(TestGateway.Start.AddMinutes(50).ToUnixTimeMilliseconds(), second.RefreshTokenExpires);
        Assert.Equal(first.SessionExpires, second.SessionExpires);
        Assert.True(await gateway.Client.WorksAsync(second.AccessToken));
    }

    [Theory]
    [InlineData(Front.InMemory)]
    [InlineData(Front.Http)]
    public async Task A_refresh_token_used_twice_is_refused_and_ends_the_session(Front front)
    {
        await using TestGateway gateway = await TestGateway.StartAsync(front);
        SessionJson first = await gateway.Client.LoginAsync(gateway.User);
        SessionJson second = await gateway.Client.RefreshAsync(first);

        using HttpResponseMessage reuse = await gateway.Client.RequestRefreshAsync(first.RefreshToken);
        using HttpResponseMessage after = await gateway.Client.RequestRefreshAsync(second.RefreshToken);

        Assert.Equal(HttpStatusCode.Unauthorized, reuse.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, after.StatusCode);
        Assert.False(await gateway.Client.WorksAsync(second.AccessToken));
    }

    [Fact]
    public async Task A_spent_refresh_token_ends_the_session_also_when_it_has_expired_meanwhile()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        SessionJson first = await gateway.Client.LoginAsync(gateway.User);
        gateway.Time.Advance(TimeSpan.FromMinutes(20));
        SessionJson second = await gateway.Client.RefreshAsync(first);
        gateway.Time.Advance(TimeSpan.FromMinutes(15));

        using HttpResponseMessage reuse = await gateway.Client.RequestRefreshAsync(first.RefreshToken);

        Assert.Equal(HttpStatusCode.Unauthorized, reuse.StatusCode);
        Assert.False(await gateway.Client.WorksAsync(second.AccessToken));
    }

    [Fact]
    public async Task A_reused_refresh_token_ends_no_other_session_of_the_user()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        SessionJson first = await gateway.Client.LoginAsync(gateway.User);
        SessionJson other = await gateway.Client.LoginAsync(gateway.User);
        await gateway.Client.RefreshAsync(first);

        using HttpResponseMessage reuse = await gateway.Client.RequestRefreshAsync(first.RefreshToken);

        Assert.True(await gateway.Client.WorksAsync(other.AccessToken));
    }

    [Fact]
    public async Task A_lenient_gateway_takes_a_refresh_token_until_it_expires()
    {
        await using TestGateway gateway = TestGateway.InMemory(new() { AllowRefreshTokenReuse = true });
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);

        await gateway.Client.RefreshAsync(session);
        gateway.Time.Advance(TimeSpan.FromMinutes(30) - TimeSpan.FromMilliseconds(1));
        SessionJson again = await gateway.Client.RefreshAsync(session);
        gateway.Time.Advance(TimeSpan.FromMilliseconds(1));
        using HttpResponseMessage late = await gateway.Client.RequestRefreshAsync(session.RefreshToken);

        Assert.True(await gateway.Client.WorksAsync(again.AccessToken));
        Assert.Equal(HttpStatusCode.Unauthorized, late.StatusCode);
    }

    [Fact]
    public async Task A_refresh_ends_the_older_access_tokens()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        SessionJson first = await gateway.Client.LoginAsync(gateway.User);

        await gateway.Client.RefreshAsync(first);

        Assert.False(await gateway.Client.WorksAsync(first.AccessToken));
    }

    [Fact]
    public async Task A_lenient_gateway_takes_older_access_tokens_until_they_expire()
    {
        await using TestGateway gateway = TestGateway.InMemory(new() { OldAccessTokensSurviveRefresh = true });
        SessionJson first = await gateway.Client.LoginAsync(gateway.User);
        gateway.Time.Advance(TimeSpan.FromMinutes(20));
        await gateway.Client.RefreshAsync(first);

        gateway.Time.Advance(TimeSpan.FromMinutes(5) - TimeSpan.FromMilliseconds(1));
        bool before = await gateway.Client.WorksAsync(first.AccessToken);
        gateway.Time.Advance(TimeSpan.FromMilliseconds(1));
        bool after = await gateway.Client.WorksAsync(first.AccessToken);

        Assert.True(before);
        Assert.False(after);
    }

    [Fact]
    public async Task An_access_token_works_until_the_instant_of_its_expiry()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);

        gateway.Time.Advance(TimeSpan.FromMinutes(25) - TimeSpan.FromMilliseconds(1));
        bool before = await gateway.Client.WorksAsync(session.AccessToken);
        gateway.Time.Advance(TimeSpan.FromMilliseconds(1));
        bool after = await gateway.Client.WorksAsync(session.AccessToken);

        Assert.True(before);
        Assert.False(after);
    }

    [Theory]
    [InlineData(30 * 60 * 1000 - 1, HttpStatusCode.OK)]
    [InlineData(30 * 60 * 1000, HttpStatusCode.Unauthorized)]
    public async Task A_refresh_token_lasts_30_minutes(int milliseconds, HttpStatusCode expected)
    {
        await using TestGateway gateway = TestGateway.InMemory();
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);
        gateway.Time.Advance(TimeSpan.FromMilliseconds(milliseconds));

        using HttpResponseMessage response = await gateway.Client.RequestRefreshAsync(session.RefreshToken);

        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task A_session_ends_24_hours_after_its_login_however_often_it_was_refreshed()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);
        for (int i = 0; i < 72; i++)
        {
            session = await gateway.Client.RefreshAsync(session);
            gateway.Time.Advance(TimeSpan.FromMinutes(20) - TimeSpan.FromMilliseconds(i == 71 ? 1 : 0));
        }

        bool before = await gateway.Client.WorksAsync(session.AccessToken);
        gateway.Time.Advance(TimeSpan.FromMilliseconds(1));
        bool after = await gateway.Client.WorksAsync(session.AccessToken);
        using HttpResponseMessage refresh = await gateway.Client.RequestRefreshAsync(session.RefreshToken);

        // The token names its full 25 minutes all the same: a client must heed the session's end by itself.
        Assert.Equal(TestGateway.Start.AddHours(24).AddMinutes(5).ToUnixTimeMilliseconds(), session.AccessTokenExpires);
        Assert.True(before);
        Assert.False(after);
        Assert.Equal(HttpStatusCode.Unauthorized, refresh.StatusCode);
    }

    [Theory]
    [InlineData(Front.InMemory)]
    [InlineData(Front.Http)]
    public async Task A_logout_ends_all_sessions_of_the_user_and_of_nobody_else(Front front)
    {
        await using TestGateway gateway = await TestGateway.StartAsync(front);
        TestUser other = gateway.AddUser("billing-service");
        SessionJson others = await gateway.Client.LoginAsync(other);
        SessionJson first = await gateway.Client.LoginAsync(gateway.User);
        SessionJson second = await gateway.Client.LoginAsync(gateway.User);

        using HttpResponseMessage logout = await gateway.Client.PostAsync("v1/auth/logout", first.AccessToken);
        using HttpResponseMessage refresh = await gateway.Client.RequestRefreshAsync(second.RefreshToken);

        Assert.Equal(HttpStatusCode.NoContent, logout.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, refresh.StatusCode);
        Assert.False(await gateway.Client.WorksAsync(first.AccessToken));
        Assert.False(await gateway.Client.WorksAsync(second.AccessToken));
        Assert.True(await gateway.Client.WorksAsync(others.AccessToken));
    }

    [Fact]
    public async Task Revoking_ends_all_sessions_of_the_user_and_of_nobody_else()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        TestUser other = gateway.AddUser("billing-service");
        SessionJson others = await gateway.Client.LoginAsync(other);
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);

        gateway.Emulator.RevokeSessions(gateway.User.Id);
        using HttpResponseMessage refresh = await gateway.Client.RequestRefreshAsync(session.RefreshToken);

        Assert.Equal(HttpStatusCode.Unauthorized, refresh.StatusCode);
        Assert.False(await gateway.Client.WorksAsync(session.AccessToken));
        Assert.True(await gateway.Client.WorksAsync(others.AccessToken));
    }

    [Fact]
    public async Task A_revoked_user_can_log_in_again()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        gateway.Emulator.RevokeSessions(gateway.User.Id);

        SessionJson session = await gateway.Client.LoginAsync(gateway.User);

        Assert.True(await gateway.Client.WorksAsync(session.AccessToken));
    }

    [Fact]
    public async Task A_refresh_token_is_no_access_token()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);

        Assert.False(await gateway.Client.WorksAsync(session.RefreshToken));
    }

    [Fact]
    public async Task An_access_token_is_no_refresh_token()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);

        using HttpResponseMessage response = await gateway.Client.RequestRefreshAsync(session.AccessToken);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task The_valid_token_call_names_the_user()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);

        using HttpResponseMessage response =
            await gateway.Client.FetchAsync("v1/auth/validtoken", session.AccessToken);

        Assert.Equal(gateway.User.Id, (await response.ReadJsonAsync()).GetProperty("userId").GetString());
    }

    [Fact]
    public async Task An_issued_access_token_works_for_a_user_who_was_not_there_before()
    {
        await using TestGateway gateway = TestGateway.InMemory();

        string token = gateway.Emulator.IssueAccessToken("visitor");

        using HttpResponseMessage response = await gateway.Client.FetchAsync("v1/auth/validtoken", token);
        Assert.Equal("visitor", (await response.ReadJsonAsync()).GetProperty("userId").GetString());
    }

    [Fact]
    public async Task A_token_that_is_not_valid_is_refused_with_an_empty_body()
    {
        await using TestGateway gateway = TestGateway.InMemory();

        using HttpResponseMessage response = await gateway.Client.FetchAsync("v1/auth/validtoken", "nonsense");

        Assert.Equal(System.Net.HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Empty(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_check_tells_what_was_set_for_the_user()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        gateway.Emulator.DescribeUser("visitor", new() { SubscriptionId = "s-1", QuotaExceeded = true, Trial = false });

        using HttpResponseMessage response = await gateway.Client.FetchAsync("v1/auth/validtoken", gateway.Emulator.IssueAccessToken("visitor"));

        Assert.Equal(
            """{"userId":"visitor","subscriptionId":"s-1","quotaExceeded":true,"trial":false}""",
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_token_with_a_changed_character_is_refused()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);
        char other = session.AccessToken[^10] == 'A' ? 'B' : 'A';
        string changed = $"{session.AccessToken[..^10]}{other}{session.AccessToken[^9..]}";

        Assert.False(await gateway.Client.WorksAsync(changed));
    }

    [Fact]
    public async Task A_changed_lifetime_holds_for_what_is_issued_after()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        SessionJson before = await gateway.Client.LoginAsync(gateway.User);
        gateway.Options.AccessTokenLifetime = TimeSpan.FromMinutes(1);
        SessionJson after = await gateway.Client.LoginAsync(gateway.User);

        gateway.Time.Advance(TimeSpan.FromMinutes(1));

        Assert.True(await gateway.Client.WorksAsync(before.AccessToken));
        Assert.False(await gateway.Client.WorksAsync(after.AccessToken));
    }

    [Fact]
    public async Task What_is_over_is_forgotten()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        await gateway.Client.GetChallengeAsync(gateway.User.Id);
        await gateway.Client.RefreshAsync(await gateway.Client.LoginAsync(gateway.User));
        (int challenges, int sessions, int tokens) = gateway.Emulator.Core.Size;

        gateway.Time.Advance(TimeSpan.FromHours(2));
        using HttpResponseMessage any = await gateway.Client.FetchAsync("v1/auth/idexists/nobody");

        Assert.Equal((1, 1, 4), (challenges, sessions, tokens));
        Assert.Equal((0, 0, 0), gateway.Emulator.Core.Size);
    }
}
