using Microsoft.Extensions.DependencyInjection;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Farm;

/// <summary>Sources that still have the key from before their last rotation.</summary>
public sealed class KeyHistoryTests : IAsyncLifetime
{
    private static readonly TimeSpan OneRenewal = TimeSpan.FromMinutes(21);

    private readonly TestKeySource _old = new("old key");
    private readonly TestKeySource _new = new("new key");
    private readonly TestFarm _farm = new(0);

    public async ValueTask InitializeAsync()
    {
        _farm.Gateway.AddUser(TestFarm.User, _old.PublicKey, _new.PublicKey);
        await AddAsync(_old);
        await AddAsync(_old);
    }

    public ValueTask DisposeAsync() => _farm.DisposeAsync();

    [Fact]
    public async Task An_instance_that_starts_with_a_rotated_key_opens_what_was_sealed_before()
    {
        var rotated = new SourceWithHistory(_new, _old);
        await AddAsync(rotated);

        await _farm.PassWithTrafficAsync(TimeSpan.FromSeconds(20));

        _farm.AssertOneSession();
        Assert.Equal(1, _farm.Logins);
        Assert.Equal(1, rotated.PreviousOpenings);
    }

    [Fact]
    public async Task The_previous_key_is_not_asked_for_when_the_present_one_opens_the_record()
    {
        var same = new SourceWithHistory(_old, _new);
        await AddAsync(same);

        await _farm.PassWithTrafficAsync(OneRenewal);

        _farm.AssertOneSession();
        Assert.Equal(0, same.PreviousOpenings);
    }

    [Fact]
    public async Task A_previous_key_that_cannot_be_had_is_a_warning_and_asked_for_every_ten_minutes_at_most()
    {
        var rotated = new SourceWithHistory(_new, previous: null);
        var added = await AddAsync(rotated);

        await _farm.PassWithTrafficAsync(TimeSpan.FromMinutes(9));

        Assert.Equal(SxtSessionMode.Private, added.Status.Mode);
        Assert.Equal(1, rotated.PreviousOpenings);
        var warning = Assert.Single(added.Logs.GetSnapshot(), log => log.Id.Id == 1410);
        Assert.Contains("new key", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_source_that_just_failed_is_not_asked_for_its_previous_key()
    {
        var failing = new TestKeySource("failing key");
        failing.Fail();
        var broken = new SourceWithHistory(failing, _old);
        await AddAsync(broken, _new);

        await _farm.PassWithTrafficAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(0, broken.PreviousOpenings);
    }

    [Fact]
    public async Task A_first_key_that_hangs_does_not_keep_a_cold_start_from_serving_in_time()
    {
        await using var farm = new TestFarm(0);
        farm.Gateway.AddUser(TestFarm.User, _new.PublicKey);
        var hanging = new TestKeySource("hanging key") { Opening = _ => new(new TaskCompletionSource<SxtCredential>().Task) };
        var instance = farm.Add(services: services => UseKeys(services, hanging, _new));

        var sending = instance.SendAsync();
        farm.Pass(TimeSpan.FromSeconds(25));

        Assert.True(sending.IsCompleted);
        using var response = await sending;
        Assert.True(response.IsSuccessStatusCode);
    }

    [Fact]
    public async Task A_first_key_that_hangs_holds_up_the_login_after_a_death_by_half_of_its_time_limit_at_most()
    {
        var hanging = new TestKeySource("hanging key");
        await using var farm = new TestFarm(0);
        farm.Gateway.AddUser(TestFarm.User, hanging.PublicKey, _new.PublicKey);
        var instance = farm.Add(services: services => UseKeys(services, hanging, _new));
        await instance.StartAsync();
        await farm.PassWithTrafficAsync(TimeSpan.FromMinutes(2));
        hanging.Opening = _ => new(new TaskCompletionSource<SxtCredential>().Task);

        farm.Gateway.RevokeSessions(TestFarm.User);
        var sending = instance.SendAsync();
        farm.Pass(TimeSpan.FromSeconds(5.1), TimeSpan.FromSeconds(0.1));

        Assert.True(sending.IsCompleted);
        using var response = await sending;
        Assert.True(response.IsSuccessStatusCode);
    }

    private async Task<TestFarm.Instance> AddAsync(params ISxtKeySource[] sources)
    {
        var instance = _farm.Add(services: services => UseKeys(services, sources));
        await instance.StartAsync();
        return instance;
    }

    private static void UseKeys(IServiceCollection services, params ISxtKeySource[] sources) =>
        services.PostConfigureAll<SxtOptions>(options =>
        {
            options.Keys.Clear();
            foreach (var source in sources)
            {
                options.Keys.Add(new() { Source = source });
            }
        });

    private sealed class SourceWithHistory(TestKeySource present, TestKeySource? previous) : ISxtKeySource, ISxtKeyHistory
    {
        public int PreviousOpenings { get; private set; }

        public ValueTask<SxtCredential> OpenAsync(CancellationToken cancellationToken) => present.OpenAsync(cancellationToken);

        public ValueTask<SxtCredential?> OpenPreviousAsync(CancellationToken cancellationToken)
        {
            PreviousOpenings++;
            return previous is null
                ? throw new SxtAuthenticationException(SxtFailureReason.KeyUnavailable, "It is gone.")
                : new(previous.Create());
        }

        public override string ToString() => present.ToString();
    }
}
