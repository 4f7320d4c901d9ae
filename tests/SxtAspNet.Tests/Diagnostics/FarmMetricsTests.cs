using SxtAspNet.Tests.Farm;

namespace SxtAspNet.Tests.Diagnostics;

/// <summary>What is measured of sharing.</summary>
public class FarmMetricsTests
{
    [Fact]
    public async Task The_owner_and_those_that_share_are_told_apart()
    {
        await using var farm = new TestFarm(3);
        await farm.StartAsync();
        farm.Pass(TimeSpan.FromSeconds(20));

        var modes = farm.Instances.Select(instance => instance.Services.Word("sxt.session.mode", "sxt.mode"));

        Assert.Equal(["owner", "shared", "shared"], modes.Order());
    }

    [Fact]
    public async Task A_private_session_in_a_farm_shows_with_the_failed_calls_to_the_store()
    {
        await using var farm = new TestFarm(2);
        await farm.StartAsync();
        farm.Pass(TimeSpan.FromSeconds(20));
        var cut = farm.Instances[1];
        cut.Door.IsShut = true;

        farm.Pass(TimeSpan.FromMinutes(24));

        Assert.Equal("private", cut.Services.Word("sxt.session.mode", "sxt.mode"));
        Assert.True(cut.Services.Count("sxt.store.operations", ("sxt.operation", "read"), ("sxt.outcome", "failed")) > 0);
        Assert.Equal(0, farm.Instances[0].Services.Count("sxt.store.operations", ("sxt.outcome", "failed")));
    }

    [Fact]
    public async Task Calls_to_the_store_are_counted_and_timed_by_operation_and_outcome()
    {
        await using var farm = new TestFarm(1);
        var app = farm.Instances[0].Services;
        using var durations = app.Collect<double>("sxt.store.operation.duration");
        await farm.StartAsync();

        Assert.Equal(1, app.Count("sxt.store.operations", ("sxt.operation", "write"), ("sxt.outcome", "ok")));
        Assert.Equal(1, app.Count("sxt.store.operations", ("sxt.operation", "lock"), ("sxt.outcome", "ok")));
        Assert.Equal(1, app.Count("sxt.store.operations", ("sxt.operation", "release"), ("sxt.outcome", "ok")));
        Assert.Equal(1, app.Count("sxt.store.operations", ("sxt.operation", "notify"), ("sxt.outcome", "ok")));
        Assert.Equal(1, app.Count("sxt.store.operations", ("sxt.operation", "subscribe"), ("sxt.outcome", "ok")));
        Assert.Equal(app.Count("sxt.store.operations"), durations.GetMeasurementSnapshot().Count);

        farm.Instances[0].Door.Hangs = true;
        farm.Pass(TimeSpan.FromSeconds(20));
        Assert.True(app.Count("sxt.store.operations", ("sxt.operation", "read"), ("sxt.outcome", "timeout")) > 0);
    }

    [Fact]
    public async Task What_may_fail_is_counted_from_zero_on_so_that_a_first_failure_shows_as_an_increase()
    {
        await using var farm = new TestFarm(1, options: options => options.Seal.Add(new() { File = "/nowhere/seal" }));
        var app = farm.Instances[0].Services;
        _ = farm.Instances[0].Session;

        Assert.Equal([0], app.Read<long>("sxt.store.operations", ("sxt.operation", "read"), ("sxt.outcome", "timeout")));
        Assert.Equal([0], app.Read<long>("sxt.store.operations", ("sxt.operation", "write"), ("sxt.outcome", "failed")));
        Assert.Equal([0], app.Read<long>("sxt.lock.acquisitions", ("sxt.outcome", "given_up")));
        Assert.Equal([0], app.Read<long>("sxt.key.opens", ("sxt.source", "Keys:0"), ("sxt.outcome", "failed")));
        Assert.Equal([0], app.Read<long>("sxt.key.opens", ("sxt.source", "Seal"), ("sxt.outcome", "failed")));
    }

    [Fact]
    public async Task Adoptions_tell_how_the_session_was_found()
    {
        await using var farm = new TestFarm(2);
        await farm.StartAsync();
        farm.Pass(TimeSpan.FromSeconds(20));
        var (owner, other) = (farm.Owner, farm.Instances.Single(instance => instance != farm.Owner));
        var before = Adoptions("notice");

        await owner.Session.RenewAsync(TestContext.Current.CancellationToken);
        farm.Pass(TimeSpan.FromSeconds(1));
        Assert.Equal(before + 1, Adoptions("notice"));

        farm.Room.NoticesAreLost = true;
        await owner.Session.RenewAsync(TestContext.Current.CancellationToken);
        farm.Pass(TimeSpan.FromSeconds(20));
        Assert.Equal(1, Adoptions("poll"));

        await owner.Session.RenewAsync(TestContext.Current.CancellationToken);
        await other.Session.RenewAsync(TestContext.Current.CancellationToken);
        Assert.Equal(1, other.Services.Count("sxt.session.renewals", ("sxt.kind", "none"), ("sxt.outcome", "adopted"), ("sxt.cause", "command")));

        long Adoptions(string source) => other.Services.Count("sxt.session.adoptions", ("sxt.source", source));
    }

    [Fact]
    public async Task The_lock_is_taken_busy_or_given_up()
    {
        await using var farm = new TestFarm(1);
        var app = farm.Instances[0].Services;
        await farm.StartAsync();
        Assert.Equal(1, Lock("taken"));
        Assert.Equal(0, Lock("busy"));

        farm.Room.IsLockStuck = true;
        farm.Pass(TimeSpan.FromMinutes(24));

        Assert.Equal(1, Lock("taken"));
        Assert.True(Lock("busy") > 0);
        Assert.Equal(1, Lock("given_up"));

        long Lock(string outcome) => app.Count("sxt.lock.acquisitions", ("sxt.outcome", outcome));
    }
}
