using Microsoft.Extensions.DependencyInjection;
using SxtAspNet.Sessions;
using SxtAspNet.Testing;
using SxtAspNet.Tests.Sessions;

namespace SxtAspNet.Tests.Farm;

/// <summary>Which session in the store is adopted, and which one is written there.</summary>
public sealed class SharedSessionTests : IAsyncLifetime
{
    private readonly TestFarm _farm = new(1);
    private readonly TestFarm.Instance _instance;
    private readonly SharedSession _shared;

    public SharedSessionTests()
    {
        _instance = _farm.Instances[0];
        _shared = _instance.Services.GetRequiredKeyedService<SharedSession>("");
    }

    public async ValueTask InitializeAsync() => await _farm.StartAsync();

    public ValueTask DisposeAsync() => _farm.DisposeAsync();

    [Fact]
    public async Task A_session_that_a_newer_one_has_overtaken_is_dropped_and_the_newer_one_stays_in_the_store()
    {
        var (key, record) = Assert.Single(_farm.Room.Records);
        var late = TestSessions.Create(_instance.Status.Generation - 1, grantedAt: _farm.Time.GetUtcNow());

        var outcome = await _shared.PublishAsync(default, late);

        Assert.Equal(_instance.Status.Generation, Assert.IsType<RenewalOutcome.Adopted>(outcome).Session.Generation);
        Assert.Equal(record, _farm.Room.Records[key]);
    }

    [Fact]
    public async Task A_newer_session_that_is_over_is_overtaken_by_one_that_is_not()
    {
        var now = _farm.Time.GetUtcNow();
        var over = TestSessions.Create(_instance.Status.Generation + 10, grantedAt: now - TimeSpan.FromHours(1));
        var good = TestSessions.Create(_instance.Status.Generation + 5, grantedAt: now);
        await PublishAsync(over);

        Assert.True(Assert.IsType<RenewalOutcome.Granted>(await _shared.PublishAsync(default, good)).IsShared);

        Assert.Equal(good.Generation, (await ReadAsync()).Session!.Generation);
    }

    [Fact]
    public async Task A_logout_that_is_newer_is_adopted_by_who_would_write_a_session()
    {
        var (now, generation) = (_farm.Time.GetUtcNow(), _instance.Status.Generation);
        await PublishAsync(Session.Tombstone(generation + 10, now, now.AddMinutes(25)));

        var outcome = await _shared.PublishAsync(default, TestSessions.Create(generation + 5, grantedAt: now));

        Assert.True(Assert.IsType<RenewalOutcome.Adopted>(outcome).Session.IsTombstone);
    }

    [Fact]
    public async Task What_is_granted_after_an_adoption_is_newer_than_what_was_adopted()
    {
        const long farAhead = 9_000_000_000_000;
        _shared.Adopt(TestSessions.Create(farAhead), "poll");

        var (session, _) = await _instance.Services.GetRequiredKeyedService<SessionGranter>("").LoginAsync("request");

        Assert.Equal(farAhead + 1, session!.Generation);
    }

    [Theory]
    [InlineData(10, "nothing", true, 0)]
    [InlineData(23, "says yes", true, 1)]
    [InlineData(23, "says no and no time", false, 1)]
    [InlineData(23, "says no", false, 1)]
    [InlineData(23, "fails", true, 3)]
    [InlineData(23, "does not answer", true, 3)]
    [InlineData(27, "says yes", false, 1)]
    [InlineData(27, "fails", true, 3)]
    public async Task A_session_that_should_have_been_renewed_is_adopted_unless_the_gateway_or_its_clock_says_otherwise(
        int minutes, string gateway, bool isAdopted, int questions)
    {
        _instance.Kill();
        _farm.Pass(TimeSpan.FromMinutes(minutes));
        _farm.Gateway.InjectFault(gateway switch
        {
            "says no" or "says no and no time" => SxtGatewayFault.Status(401, kind: SxtGatewayCallKind.ValidToken),
            "fails" => SxtGatewayFault.Status(503, kind: SxtGatewayCallKind.ValidToken),
            "does not answer" => SxtGatewayFault.DropBefore(kind: SxtGatewayCallKind.ValidToken),
            _ => SxtGatewayFault.Answer(200, "\"orders-service\"", kind: SxtGatewayCallKind.ValidToken),
        });
        var late = _farm.Add();
        late.IsToldNoTime = gateway == "says no and no time";

        var acquiring = late.Session.GetAccessTokenAsync(TestContext.Current.CancellationToken).AsTask();
        _farm.Pass(TimeSpan.FromSeconds(12));
        await acquiring;

        Assert.Equal(isAdopted, late.Logs.GetSnapshot().Any(log => log.Id.Id == 1103));
        Assert.Equal(questions, _farm.Gateway.Calls.Count(SxtGatewayCallKind.ValidToken));
    }

    private Task<StoredSession> ReadAsync() => _instance.Services.GetRequiredKeyedService<SessionStore>("").ReadAsync();

    private async Task<RenewalOutcome> PublishAsync(Session session) => await _shared.PublishAsync(await ReadAsync(), session);
}
