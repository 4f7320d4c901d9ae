using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using SxtAspNet.Tests.Diagnostics;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Farm;

/// <summary>What an instance does, and says, without its store or its lock.</summary>
public class StoreOutageTests
{
    [Fact]
    public async Task A_store_that_goes_away_between_two_polls_costs_no_login_as_long_as_the_session_is_good()
    {
        // Polled at 18:00 and 21:00, due at 19:45 and 20:17.
        await using var farm = new TestFarm(0, options: options => options.StorePollInterval = TimeSpan.FromMinutes(3));
        farm.Add(services: new Chance().Use);
        farm.Add(services: new Chance().Use);
        await farm.StartAsync();
        farm.PassToRenewal();
        farm.Instances.ForEach(instance => instance.Door.IsShut = true);

        farm.Pass(TimeSpan.FromSeconds(45));

        Assert.Equal((1, 0), (farm.Logins, farm.Refreshes));
        Assert.All(farm.Instances, instance => Assert.Equal((SxtSessionState.Degraded, 0), (instance.Status.State, instance.Status.Failures)));
        farm.Instances.ForEach(instance => instance.Door.IsShut = false);
        farm.Pass(TimeSpan.FromMinutes(2));
        Assert.Equal((1, 1), (farm.Logins, farm.Refreshes));
        farm.AssertOneSession();
    }

    [Fact]
    public async Task A_renewal_that_the_app_asks_for_does_not_wait_for_the_store()
    {
        await using var farm = new TestFarm(2);
        await farm.StartAsync();
        var cut = farm.Owner;
        var generation = cut.Status.Generation;
        cut.Door.IsShut = true;

        await cut.Session.RenewAsync(TestContext.Current.CancellationToken);

        Assert.True(cut.Status.Generation > generation);
        Assert.Equal(SxtSessionMode.Private, cut.Status.Mode);
        Assert.Equal((2, 0), (farm.Logins, farm.Refreshes));
    }

    [Fact]
    public async Task A_start_without_the_store_is_told_of_once_by_what_follows_from_it()
    {
        await using var farm = new TestFarm(1);
        farm.Instances[0].Door.IsShut = true;

        await farm.StartAsync();
        farm.Pass(TimeSpan.FromMinutes(1));

        Assert.Equal([1400], farm.Instances[0].Logs.GetSnapshot().Select(log => log.Id.Id).Where(id => id is 1400 or 1401));
    }

    [Fact]
    public async Task Without_a_lock_service_instances_go_on_within_two_seconds_as_chance_has_it()
    {
        var door = new SharedRoom(new FakeTimeProvider()).Open();
        door.HasNoLock = true;
        await using var app = new TestApp(services: services => services.AddSxt(_ => { }).ShareSession(_ => new() { Store = door, Lock = door }));

        var sending = app.QueryAsync();
        app.Pass(TimeSpan.FromSeconds(0.9), TimeSpan.FromSeconds(0.1));
        Assert.False(sending.IsCompleted);
        app.Pass(TimeSpan.FromSeconds(0.2), TimeSpan.FromSeconds(0.1));

        Assert.True(sending.IsCompleted);
        Assert.Equal(HttpStatusCode.OK, (await sending).StatusCode);
        Assert.Equal(SxtSessionMode.Owner, app.Session.Status.Mode);
    }

    [Theory]
    [InlineData(false, 3, SxtSessionMode.Private, "The session store did not take the session, and holds none that is newer.")]
    [InlineData(true, 1, SxtSessionMode.Owner, null)]
    public async Task A_store_that_shows_nothing_of_what_is_written_is_believed_if_it_says_that_it_has_it(
        bool says, int writes, SxtSessionMode mode, string? problem)
    {
        await using var app = new TestApp(services: services => services.AddSingleton<ISxtSessionStore>(new BlindStore(says)));

        await app.StartAsync();

        Assert.Equal((mode, problem), (app.Session.Status.Mode, app.Session.Status.FailureMessage));
        Assert.Equal(writes, app.Services.Count("sxt.store.operations", ("sxt.operation", "write")));
        Assert.Equal(1, app.Logins);
    }

    [Fact]
    public async Task A_store_that_takes_no_writes_is_asked_three_times_and_its_words_are_told()
    {
        await using var farm = new TestFarm(1);
        var instance = farm.Instances[0];
        farm.Gateway.Calls.Completed += _ => instance.Door.IsReadOnly = true;

        await farm.StartAsync();

        Assert.Equal("Writing to the session store failed: The door is shut.", instance.Status.FailureMessage);
        Assert.Equal(3, instance.Services.Count("sxt.store.operations", ("sxt.operation", "write"), ("sxt.outcome", "failed")));
        Assert.Single(instance.Logs.GetSnapshot(), log => log.Id.Id == 1401);
    }

    [Fact]
    public async Task A_session_that_was_written_but_can_not_be_read_back_does_not_count_as_shared()
    {
        await using var app = new TestApp(services: services => services.AddSingleton<ISxtSessionStore>(new BlindStore(says: true, failsOnceWritten: true)));

        await app.StartAsync();

        Assert.Equal(
            (SxtSessionMode.Private, "Reading the session store failed: It is blind."), (app.Session.Status.Mode, app.Session.Status.FailureMessage));
        Assert.Equal(3, app.Services.Count("sxt.store.operations", ("sxt.operation", "write")));
    }

    private sealed class BlindStore(bool says, bool failsOnceWritten = false) : ISxtSessionStore
    {
        private bool _fails;

        public ValueTask<byte[]?> ReadAsync(string key, CancellationToken cancellationToken) =>
            _fails ? throw new IOException("It is blind.") : new((byte[]?)null);

        public ValueTask<bool> TryReplaceAsync(
            string key, byte[]? expected, byte[] record, TimeSpan timeToLive, CancellationToken cancellationToken)
        {
            _fails = failsOnceWritten;
            return new(says);
        }
    }
}
