using System.Net;

namespace SxtAspNet.Testing.Tests;

public sealed class CallsTests
{
    [Fact]
    public async Task Calls_are_counted_by_kind()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);
        await gateway.Client.RefreshAsync(session);

        Assert.Equal(1, gateway.Calls.Count(SxtGatewayCallKind.Challenge));
        Assert.Equal(1, gateway.Calls.Count(SxtGatewayCallKind.Token));
        Assert.Equal(1, gateway.Calls.Count(SxtGatewayCallKind.Refresh));
        Assert.Equal(0, gateway.Calls.Count(SxtGatewayCallKind.Logout));
    }

    [Theory]
    [InlineData("POST", "v1/auth/logout", SxtGatewayCallKind.Logout)]
    [InlineData("GET", "v1/auth/validtoken", SxtGatewayCallKind.ValidToken)]
    [InlineData("GET", "v1/auth/idexists/x", SxtGatewayCallKind.IdExists)]
    [InlineData("GET", "v1/auth/keys", SxtGatewayCallKind.Keys)]
    [InlineData("POST", "v1/auth/keys/code", SxtGatewayCallKind.AddKeyChallenge)]
    [InlineData("POST", "v1/auth/keys", SxtGatewayCallKind.AddKey)]
    [InlineData("POST", "v1/sql/ddl", SxtGatewayCallKind.Sql)]
    [InlineData("PUT", "v1/sql/ddl", SxtGatewayCallKind.Unknown)]
    public async Task Each_call_has_its_kind_whatever_its_answer(string method, string path, SxtGatewayCallKind kind)
    {
        await using TestGateway gateway = TestGateway.InMemory();

        using HttpResponseMessage response = await gateway.Client.CallAsync(new HttpMethod(method), path);

        Assert.Equal(kind, Assert.Single(gateway.Calls.All).Kind);
        Assert.Equal(1, gateway.Calls.Count(kind));
    }

    [Fact]
    public async Task A_call_is_recorded_with_its_user_its_session_and_its_outcome()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);
        gateway.Time.Advance(TimeSpan.FromMinutes(1));
        await gateway.Client.RefreshAsync(session);

        IReadOnlyList<SxtGatewayCall> calls = gateway.Calls.All;
        SxtGatewayCall refresh = calls[2];
        Assert.Equal(3, calls.Count);
        Assert.Equal(SxtGatewayCallKind.Refresh, refresh.Kind);
        Assert.Equal(("POST", "/v1/auth/refresh", 200), (refresh.Method, refresh.Path, refresh.Status));
        Assert.Equal(TestGateway.Start.AddMinutes(1), refresh.At);
        Assert.All(calls, call => Assert.Equal(gateway.User.Id, call.UserId));
        Assert.NotNull(refresh.SessionId);
        Assert.Equal(calls[1].SessionId, refresh.SessionId);
    }

    [Fact]
    public async Task Each_call_is_told_of_when_it_is_over()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        var told = new List<string>();
        gateway.Calls.Completed += call => told.Add($"{call.Kind} {call.Status}");
        gateway.Emulator.InjectFault(SxtGatewayFault.DropAfter(times: 1, SxtGatewayCallKind.IdExists));

        await Assert.ThrowsAsync<HttpRequestException>(() => gateway.Client.FetchAsync("v1/auth/idexists/x"));
        await gateway.Client.LoginAsync(gateway.User);

        Assert.Equal(["IdExists ", "Challenge 200", "Token 200"], told);
    }

    [Fact]
    public async Task A_dropped_call_is_recorded_without_a_status()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        gateway.Emulator.InjectFault(SxtGatewayFault.DropAfter());

        await Assert.ThrowsAsync<HttpRequestException>(() => gateway.Client.RequestChallengeAsync(gateway.User.Id));

        SxtGatewayCall call = Assert.Single(gateway.Calls.All);
        Assert.Null(call.Status);
        Assert.NotNull(call.CompletedAt);
    }

    [Fact]
    public async Task The_text_of_a_call_names_its_kind_and_outcome_and_no_token()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);
        await gateway.Client.RefreshAsync(session);

        string text = gateway.Calls.All[2].ToString();

        Assert.Contains("Refresh", text, StringComparison.Ordinal);
        Assert.Contains("200", text, StringComparison.Ordinal);
        Assert.DoesNotContain(session.RefreshToken[^20..], text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_refresh_token_presented_three_times_counts_as_reused_twice(bool lenient)
    {
        await using TestGateway gateway = TestGateway.InMemory(new() { AllowRefreshTokenReuse = lenient });
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);

        for (int i = 0; i < 3; i++)
        {
            using HttpResponseMessage response = await gateway.Client.RequestRefreshAsync(session.RefreshToken);
        }

        Assert.Equal(2, gateway.Calls.ReusedRefreshTokens);
    }

    [Fact]
    public async Task A_refresh_token_counts_as_reused_also_when_the_first_presentation_was_dropped()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);
        gateway.Emulator.InjectFault(SxtGatewayFault.DropBefore(times: 1));
        await Assert.ThrowsAsync<HttpRequestException>(() => gateway.Client.RequestRefreshAsync(session.RefreshToken));

        await gateway.Client.RefreshAsync(session);

        Assert.Equal(1, gateway.Calls.ReusedRefreshTokens);
    }

    [Fact]
    public async Task A_chain_of_refreshes_reuses_nothing()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);

        session = await gateway.Client.RefreshAsync(session);
        await gateway.Client.RefreshAsync(session);

        Assert.Equal(0, gateway.Calls.ReusedRefreshTokens);
    }

    [Fact]
    public async Task Expired_tokens_are_counted_and_revoked_ones_are_not()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);
        gateway.Emulator.RevokeSessions(gateway.User.Id);
        await gateway.Client.WorksAsync(session.AccessToken);
        int revoked = gateway.Calls.ExpiredTokensPresented;

        gateway.Time.Advance(TimeSpan.FromMinutes(30));
        await gateway.Client.WorksAsync(session.AccessToken);
        using HttpResponseMessage refresh = await gateway.Client.RequestRefreshAsync(session.RefreshToken);

        Assert.Equal(0, revoked);
        Assert.Equal(2, gateway.Calls.ExpiredTokensPresented);
    }

    [Fact]
    public async Task A_token_past_its_sessions_end_counts_as_expired()
    {
        await using TestGateway gateway = TestGateway.InMemory(new() { SessionLifetime = TimeSpan.FromMinutes(1) });
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);
        gateway.Time.Advance(TimeSpan.FromMinutes(1));

        await gateway.Client.WorksAsync(session.AccessToken);

        Assert.Equal(1, gateway.Calls.ExpiredTokensPresented);
    }

    [Fact]
    public async Task A_token_counts_as_expired_also_when_its_session_has_been_forgotten()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);
        gateway.Time.Advance(TimeSpan.FromDays(3));

        bool works = await gateway.Client.WorksAsync(session.AccessToken);

        Assert.Equal((0, 0, 0), gateway.Emulator.Core.Size);
        Assert.False(works);
        Assert.Equal(1, gateway.Calls.ExpiredTokensPresented);
    }

    [Theory]
    [InlineData("x")]
    [InlineData("a.b.c")]
    [InlineData("e30.e30.e30")]
    public async Task A_token_that_the_gateway_never_issued_does_not_count_as_expired(string token)
    {
        await using TestGateway gateway = TestGateway.InMemory();

        bool works = await gateway.Client.WorksAsync(token);

        Assert.False(works);
        Assert.Equal(0, gateway.Calls.ExpiredTokensPresented);
    }

    [Fact]
    public async Task Clearing_forgets_calls_and_counts_but_no_session()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);

        gateway.Calls.Clear();

        Assert.Empty(gateway.Calls.All);
        Assert.Equal(0, gateway.Calls.Count(SxtGatewayCallKind.Token));
        Assert.True(await gateway.Client.WorksAsync(session.AccessToken));
    }

    [Fact]
    public async Task The_list_keeps_the_newest_calls_and_the_count_all()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        for (int i = 0; i < 10_003; i++)
        {
            using HttpResponseMessage response = await gateway.Client.FetchAsync($"v1/auth/idexists/{i}");
        }

        IReadOnlyList<SxtGatewayCall> calls = gateway.Calls.All;
        Assert.Equal((10_000, "3", "10002"), (calls.Count, calls[0].UserId, calls[^1].UserId));
        Assert.Equal(10_003, gateway.Calls.Count(SxtGatewayCallKind.IdExists));
    }

    [Fact]
    public async Task Waiting_for_calls_ends_when_enough_have_come()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        Task two = gateway.Calls.WaitForAsync(SxtGatewayCallKind.Challenge, 2, TestContext.Current.CancellationToken);

        await gateway.Client.GetChallengeAsync(gateway.User.Id);
        bool afterOne = two.IsCompleted;
        await gateway.Client.GetChallengeAsync(gateway.User.Id);

        Assert.False(afterOne);
        Assert.True(two.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Waiting_for_calls_can_be_given_up()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        using var giveUp = new CancellationTokenSource();
        Task never = gateway.Calls.WaitForAsync(SxtGatewayCallKind.Sql, 1, giveUp.Token);

        await giveUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => never);
    }

    [Fact]
    public async Task Concurrent_refreshes_with_one_token_succeed_once()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(Front.Http);
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);

        HttpResponseMessage[] responses = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(_ => gateway.Client.RequestRefreshAsync(session.RefreshToken)));

        Assert.Single(responses, response => response.StatusCode == HttpStatusCode.OK);
        Assert.Equal(15, gateway.Calls.ReusedRefreshTokens);
        Array.ForEach(responses, response => response.Dispose());
    }
}
