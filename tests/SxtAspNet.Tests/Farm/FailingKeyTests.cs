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

    private async Task AssertServesAsync(params TestKeySource[] keys)
    {
        var sending = _farm.Add(services: services => services.UseKeys(keys)).SendAsync();
        _farm.Pass(TimeSpan.FromSeconds(25));

        Assert.True(sending.IsCompleted);
        using var response = await sending;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }
}
