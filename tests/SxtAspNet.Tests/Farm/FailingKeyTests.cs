using System.Net;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Farm;

/// <summary>A key of the app's own is foreign code in all its members: whichever fails, the other keys and the gateway still serve.</summary>
public sealed class FailingKeyTests : IAsyncLifetime
{
    private readonly TestKeySource _device = new("device");
    private readonly TestKeySource _backup = new("backup");
    private readonly TestFarm _farm = new(0);

    public ValueTask InitializeAsync()
    {
        _farm.Gateway.AddUser(TestFarm.User, _device.PublicKey, _backup.PublicKey);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => _farm.DisposeAsync();

    [Fact]
    public async Task A_key_that_fails_while_the_seal_is_derived_still_logs_in()
    {
        _device.Opening = _ => new(new TestKey(_device.Create()) { Deriving = () => throw new IOException("no such device") });

        await AssertServesAsync(_device);

        Assert.Contains(_farm.Instances[0].Logs.GetSnapshot(), log => log.Id.Id == 1404);
    }

    [Fact]
    public async Task A_key_whose_public_key_cannot_be_read_gives_way_to_the_next()
    {
        _device.Opening = _ => new(new TestKey(_device.Create()) { BeforePublicKey = () => throw new IOException("no such device") });

        await AssertServesAsync(_device, _backup);
    }

    [Fact]
    public async Task A_source_that_gives_null_gives_way_to_the_next()
    {
        _device.Opening = _ => new((SxtCredential)null!);

        await AssertServesAsync(_device, _backup);
    }

    [Fact]
    public async Task A_first_key_that_hangs_does_not_hold_up_an_instance_that_starts()
    {
        var hanging = new TaskCompletionSource<SxtCredential>();
        await _farm.Add(services: services => services.UseKeys(_device, _backup)).StartAsync();
        var hung = new TestKeySource("device") { Opening = _ => new(hanging.Task) };
        var late = _farm.Add(services: services => services.UseKeys(hung, _backup));

        // Less than the time limit of the one that hangs (10 s), which the seal, the farm's record and the login want in turn.
        var sending = late.SendAsync();
        _farm.Pass(TimeSpan.FromSeconds(9));
        Assert.True(sending.IsCompleted);
        using var response = await sending;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(2, hung.Openings);

        hanging.SetResult(_device.Create());
        hung.Opening = _ => new(_device.Create());
        _farm.Pass(TimeSpan.FromSeconds(40));
        _farm.AssertOneSession();
    }

    [Fact]
    public async Task An_instance_that_lacks_a_key_leaves_the_login_to_others_although_its_other_key_is_refused()
    {
        var (missing, stranger) = (new TestKeySource("vault"), new TestKeySource("stranger's key"));
        missing.Fail();
        var failing = _farm.Add(services: services => services.UseKeys(missing, stranger));
        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(failing.SendAsync);
        Assert.Equal(SxtFailureReason.KeyRefused, failure.Reason);

        await AssertServesAtOnceAsync(_farm.Add(services: services => services.UseKeys(_device, stranger)));
    }

    [Fact]
    public async Task A_source_that_asks_for_a_pause_is_left_alone_for_as_long()
    {
        _device.Opening = _ => throw new SxtAuthenticationException(
            SxtFailureReason.KeyUnavailable, "The vault asks for fewer requests.", null, TimeSpan.FromMinutes(1));
        var instance = _farm.Add(services: services => services.UseKeys(_device));
        await instance.StartAsync();
        var (openings, failure) = (_device.Openings, await Assert.ThrowsAsync<SxtAuthenticationException>(instance.SendAsync));
        Assert.InRange(failure.RetryAfter!.Value, TimeSpan.FromMinutes(1), TimeSpan.FromSeconds(61));

        _farm.Pass(TimeSpan.FromSeconds(55));
        Assert.Equal(openings, _device.Openings);

        _farm.Pass(TimeSpan.FromSeconds(20));
        Assert.True(_device.Openings > openings);
    }

    private static async Task AssertServesAtOnceAsync(TestFarm.Instance instance)
    {
        var sending = instance.SendAsync();
        Assert.True(sending.IsCompleted);
        using var response = await sending;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private async Task AssertServesAsync(params TestKeySource[] keys)
    {
        var sending = _farm.Add(services: services => services.UseKeys(keys)).SendAsync();
        _farm.Pass(TimeSpan.FromSeconds(25));

        Assert.True(sending.IsCompleted);
        using var response = await sending;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }
}
