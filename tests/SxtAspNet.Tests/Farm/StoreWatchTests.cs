using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Testing;
using SxtAspNet.Sessions;
using SxtAspNet.Tests.Diagnostics;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Farm;

/// <summary>How an instance keeps up with the store: at notices and at polls.</summary>
public sealed class StoreWatchTests : IAsyncLifetime
{
    private static readonly TimeSpan Poll = TimeSpan.FromSeconds(20);

    private readonly TestFarm _farm = new(1);
    private readonly Chance _chance = new();
    private TestFarm.Instance _owner = null!;
    private TestFarm.Instance _other = null!;

    public async ValueTask InitializeAsync()
    {
        await _farm.StartAsync();
        _owner = _farm.Owner;
        _other = _farm.Add(services: _chance.Use);
        await _other.StartAsync();
        _farm.AssertOneSession();
    }

    public ValueTask DisposeAsync() => _farm.DisposeAsync();

    [Theory]
    [InlineData(0, 13.5)]
    [InlineData(0.5, 15)]
    [InlineData(0.9, 16.2)]
    public async Task The_store_is_polled_at_StorePollInterval_give_or_take_a_tenth(double chance, double seconds)
    {
        var late = _farm.Add(services: new Chance { Value = chance }.Use);
        await late.StartAsync();
        _farm.Room.NoticesAreLost = true;
        var reads = Reads(late);

        _farm.Pass(TimeSpan.FromSeconds(seconds - 0.1));
        Assert.Equal(reads, Reads(late));
        _farm.Pass(TimeSpan.FromSeconds(0.2));

        Assert.Equal(reads + 1, Reads(late));
    }

    [Fact]
    public async Task A_notice_that_comes_during_a_check_has_the_store_checked_once_more_afterwards()
    {
        _other.Door.Hangs = true;
        WatchOf(_other).Request();
        await RenewAsync(_owner);
        _other.Door.Hangs = false;
        var reads = Reads(_other);

        _farm.Pass(TimeSpan.FromSeconds(1.1), TimeSpan.FromSeconds(0.1));

        _farm.AssertOneSession();
        Assert.Equal(reads + 2, Reads(_other));
        Assert.Equal(SxtSessionMode.Shared, _other.Status.Mode);
        Assert.Equal(1, _other.Services.Count("sxt.session.adoptions", ("sxt.source", "notice")));
    }

    [Fact]
    public async Task After_the_stop_neither_a_notice_nor_a_poll_reads_the_store()
    {
        var (reads, generation) = (Reads(_other), _other.Status.Generation);
        await _other.Services.GetRequiredKeyedService<SessionManager>("").StopAsync(TestContext.Current.CancellationToken);

        await RenewAsync(_owner);
        _farm.Pass(Poll);

        Assert.Equal((reads, generation), (Reads(_other), _other.Status.Generation));
    }

    [Fact]
    public async Task What_nobody_has_foreseen_in_a_check_is_told_and_the_next_poll_makes_up_for_it()
    {
        _chance.FailsNext = true;

        await RenewAsync(_owner);

        Assert.Single(Logs(_other, 1409));
        Assert.NotEqual(_owner.Status.Generation, _other.Status.Generation);
        _farm.Pass(Poll);
        _farm.AssertOneSession();
    }

    [Fact]
    public async Task A_session_that_is_found_in_the_store_counts_as_shared_although_writing_it_seemed_to_fail()
    {
        CurrentOf(_owner).Offer(CurrentOf(_owner).Snapshot.Session!, isShared: false, "Writing the session store took longer than 1 s.");
        Assert.Equal((SxtSessionMode.Private, SxtSessionState.Degraded), (_owner.Status.Mode, _owner.Status.State));

        await WatchOf(_owner).CheckAsync();

        Assert.Equal((SxtSessionMode.Owner, SxtSessionState.Active), (_owner.Status.Mode, _owner.Status.State));
        Assert.Single(Logs(_owner, 1402));
    }

    [Fact]
    public async Task A_session_of_an_instances_own_is_shared_once_the_store_is_back()
    {
        _farm.Room.NoticesAreLost = true;
        _owner.Door.IsShut = true;
        await RenewAsync(_owner);
        Assert.Equal(SxtSessionMode.Private, _owner.Status.Mode);
        _owner.Door.IsShut = false;

        await WatchOf(_owner).CheckAsync();

        Assert.Equal((SxtSessionMode.Owner, SxtSessionState.Active), (_owner.Status.Mode, _owner.Status.State));
    }

    [Fact]
    public void A_store_that_is_away_and_back_is_told_of_once_each()
    {
        _other.Door.IsShut = true;
        _farm.Pass(3 * Poll);
        Assert.Single(Logs(_other, 1401));
        Assert.Empty(Logs(_other, 1402));

        _other.Door.IsShut = false;
        _farm.Pass(3 * Poll);

        Assert.Single(Logs(_other, 1401));
        Assert.Single(Logs(_other, 1402));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_instance_puts_back_a_session_of_another_one_only_if_it_knows_the_time(bool knowsTheTime)
    {
        if (knowsTheTime)
        {
            await _other.SucceedAsync();
        }

        _owner.Kill();
        _farm.Room.Clear();

        _farm.Pass(Poll);

        Assert.Equal(knowsTheTime, _farm.Room.Records.Count > 0);
    }

    [Fact]
    public async Task A_logout_is_adopted_at_a_notice_and_told()
    {
        await _owner.Session.LogoutAsync(TestContext.Current.CancellationToken);

        Assert.Equal(SxtSessionState.LoggedOut, _other.Status.State);
        Assert.Single(Logs(_other, 1108));
    }

    private static Task RenewAsync(TestFarm.Instance instance) => instance.Session.RenewAsync(TestContext.Current.CancellationToken);

    private static StoreWatch WatchOf(TestFarm.Instance instance) => instance.Services.GetRequiredKeyedService<StoreWatch>("");

    private static CurrentSession CurrentOf(TestFarm.Instance instance) => instance.Services.GetRequiredKeyedService<CurrentSession>("");

    private static long Reads(TestFarm.Instance instance) => instance.Services.Count("sxt.store.operations", ("sxt.operation", "read"));

    private static IEnumerable<FakeLogRecord> Logs(TestFarm.Instance instance, int id) =>
        instance.Logs.GetSnapshot().Where(log => log.Id.Id == id);
}
