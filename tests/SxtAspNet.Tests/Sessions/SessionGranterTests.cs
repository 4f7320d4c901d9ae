using Microsoft.Extensions.DependencyInjection;
using SxtAspNet.Sessions;
using SxtAspNet.Testing;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Sessions;

/// <summary>What the gateway grants, and how that is numbered.</summary>
public sealed class SessionGranterTests : IAsyncLifetime
{
    private const string Cause = "request";
    private const long FarAhead = 9_000_000_000_000;

    private readonly TestApp _app = new();
    private readonly SessionGranter _granter;

    public SessionGranterTests() => _granter = _app.Services.GetRequiredKeyedService<SessionGranter>("");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task A_generation_is_the_gateways_time()
    {
        _granter.See(null);

        var generation = DateTimeOffset.FromUnixTimeMilliseconds((await LoginAsync()).Generation);

        Assert.InRange(generation, _app.Time.GetUtcNow(), _app.Time.GetUtcNow() + TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Once_the_gateway_has_told_the_time_a_token_was_granted_when_it_was_asked_for_however_long_it_lives()
    {
        _app.Gateway.Options.AccessTokenLifetime = TimeSpan.FromMinutes(10);

        var session = await LoginAsync();

        Assert.InRange(session.GrantedAt, _app.Time.GetUtcNow(), _app.Time.GetUtcNow() + TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task A_session_that_is_granted_is_told_with_its_ends()
    {
        var session = await LoginAsync();

        Assert.Equal(
            $"Session of generation {session.Generation} is ready: token until {session.UnusableFrom:O}, session until {session.EndsAt:O}.",
            Assert.Single(_app.Logs.GetSnapshot(), log => log.Id.Id == 1100).Message);
    }

    [Fact]
    public async Task A_generation_is_higher_than_any_that_was_seen()
    {
        _granter.See(TestSessions.Create(FarAhead));
        _granter.See(TestSessions.Create(7));
        _granter.See(null);

        Assert.Equal(FarAhead + 1, (await LoginAsync()).Generation);
        Assert.Equal(FarAhead + 2, (await LoginAsync()).Generation);
        Assert.Equal(FarAhead + 3, (await _granter.LogoutAsync(null)).Session!.Generation);
    }

    [Fact]
    public async Task A_refresh_follows_the_session_that_it_refreshes_and_keeps_its_end()
    {
        var granted = await LoginAsync();
        _app.Gateway.Options.SessionLifetime = TimeSpan.FromHours(48);
        var renamed = TestSessions.Create(FarAhead, grantedAt: granted.GrantedAt, refreshToken: granted.RefreshToken);

        var refreshed = (await _granter.TryRefreshAsync(Snapshot(renamed), mayRefresh: true, Cause))!.Value.Session!;

        Assert.Equal(FarAhead + 1, refreshed.Generation);
        Assert.Equal(granted.EndsAt, refreshed.EndsAt);
    }

    [Fact]
    public async Task A_refresh_token_is_kept_where_it_may_not_be_used_and_used_once_where_it_may()
    {
        var session = await LoginAsync();

        Assert.Null(await _granter.TryRefreshAsync(Snapshot(session), mayRefresh: false, Cause));
        Assert.False(session.RefreshToken!.IsSpent);
        Assert.NotNull((await _granter.TryRefreshAsync(Snapshot(session), mayRefresh: true, Cause))!.Value.Session);
        Assert.Null(await _granter.TryRefreshAsync(Snapshot(session), mayRefresh: true, Cause));
        Assert.Null(await _granter.TryRefreshAsync(Snapshot(null), mayRefresh: true, Cause));
        Assert.Equal(1, _app.Refreshes);
    }

    [Fact]
    public async Task A_login_tells_how_long_it_took()
    {
        Assert.Null(_granter.LoginTime);
        _app.Gateway.InjectFault(SxtGatewayFault.Delay(TimeSpan.FromSeconds(3), kind: SxtGatewayCallKind.Token));

        var login = LoginAsync();
        _app.Pass(TimeSpan.FromSeconds(3));
        await login;

        Assert.Equal(TimeSpan.FromSeconds(3), _granter.LoginTime);
    }

    [Fact]
    public async Task A_logout_is_marked_for_as_long_as_an_instance_can_still_hold_the_token()
    {
        var session = await LoginAsync();

        var mark = (await _granter.LogoutAsync(session)).Session!;

        Assert.True(mark.IsTombstone);
        Assert.Equal(session.ExpiresAt, mark.ExpiresAt);
        Assert.Equal(1, _app.Gateway.Calls.Count(SxtGatewayCallKind.Logout));
    }

    [Fact]
    public async Task A_logout_without_a_token_asks_nobody()
    {
        var mark = (await _granter.LogoutAsync(null)).Session!;

        Assert.Equal(_app.Time.GetUtcNow(), mark.ExpiresAt);
        Assert.Empty(_app.Gateway.Calls.All);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public async Task A_token_that_is_over_when_it_is_granted_is_a_bad_answer(int seconds, bool isGranted)
    {
        // The gateway's clock is known to the second, and counts as a second ahead.
        var expires = _app.Time.GetUtcNow().AddSeconds(seconds).ToUnixTimeMilliseconds();
        _app.Gateway.InjectFault(SxtGatewayFault.Answer(
            200,
            $$"""{"accessToken":"a.b.c","refreshToken":"r.e.f","accessTokenExpires":{{expires}},"refreshTokenExpires":{{expires}}}""",
            kind: SxtGatewayCallKind.Token));

        var (session, failure) = await _granter.LoginAsync(Cause);

        Assert.Equal(isGranted, session is not null);
        Assert.Equal(isGranted ? null : SxtFailureReason.BadAnswer, failure?.Reason);
    }

    private async Task<Session> LoginAsync() => (await _granter.LoginAsync(Cause)).Session!;

    private static SessionSnapshot Snapshot(Session? session) =>
        new(session, IsShared: false, StoreProblem: null, IsDead: false, InstalledAt: 0, Jitter: 0);
}
