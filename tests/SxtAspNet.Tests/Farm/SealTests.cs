using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Farm;

/// <summary>A farm whose session is sealed with something else than a signing key.</summary>
public sealed class SealTests : IAsyncDisposable
{
    private static readonly TimeSpan OneRenewal = TimeSpan.FromMinutes(21);

    private readonly TestKeySource _device = new("device");
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sxt-seal-");
    private readonly TestFarm _farm = new(0);

    public SealTests()
    {
        _farm.Gateway.AddUser(TestFarm.User, _device.PublicKey);
        _device.Opening = _ => new(new TestKey(_device.Create()));
    }

    public async ValueTask DisposeAsync()
    {
        await _farm.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task With_keys_that_can_only_sign_a_seal_lets_the_farm_share_one_session()
    {
        for (var i = 0; i < 3; i++)
        {
            await AddAsync(new TestSeal(1));
        }

        await _farm.PassWithTrafficAsync(OneRenewal);

        AssertShared();
        Assert.Equal(1, _farm.Logins);
        Assert.Equal(1, _farm.Refreshes);
    }

    [Fact]
    public async Task A_key_that_can_only_sign_is_not_opened_at_each_poll_and_is_reported_once()
    {
        var instance = _farm.Add(services: services => services.UseKeys(_device));
        await instance.StartAsync();
        var openings = _device.Openings;

        _farm.Pass(TimeSpan.FromMinutes(18), TimeSpan.FromSeconds(5));
        Assert.Equal(openings, _device.Openings);

        _farm.Pass(OneRenewal, TimeSpan.FromSeconds(5));
        Assert.Single(instance.Logs.GetSnapshot(), log => log.Id.Id == 1405);
        Assert.Contains(instance.Logs.GetSnapshot(), log =>
            log.Id.Id == 1400 && log.Message.Contains("Give the farm a seal of its own", StringComparison.Ordinal));
    }

    [Fact]
    public async Task No_key_is_opened_for_the_seal()
    {
        var seal = new TestSeal(1);
        await AddAsync(seal);
        await AddAsync(seal);

        await _farm.PassWithTrafficAsync(OneRenewal);

        Assert.Equal(_farm.Logins, _device.Openings);
    }

    [Fact]
    public async Task The_first_seal_seals_and_each_opens_so_that_seals_are_rotated_without_a_second_login()
    {
        var (old, rotated) = (new TestSeal(1), new TestSeal(2));
        await AddAsync(old);
        await AddAsync(rotated, old);
        await AddAsync(old, rotated);

        await _farm.PassWithTrafficAsync(TimeSpan.FromHours(2), TimeSpan.FromSeconds(5));

        Assert.Equal(1, _farm.Logins);
        AssertShared(_farm.Instances.Skip(1));
    }

    [Fact]
    public async Task Instances_that_disagree_keep_sessions_of_their_own_and_say_so()
    {
        await AddAsync(new TestSeal(1));
        var other = await AddAsync(new TestSeal(2));

        await _farm.PassWithTrafficAsync(OneRenewal);

        Assert.Equal(SxtSessionMode.Private, other.Status.Mode);
        Assert.Equal(SxtSessionState.Degraded, other.Status.State);
        Assert.Contains(other.Logs.GetSnapshot(), log => log.Id.Id == 1403 && log.Message.Contains("the same Seal", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_seal_that_cannot_be_had_is_named_and_requests_go_on()
    {
        var seal = new TestSeal(1) { Failure = new IOException("no such vault") };
        var instance = await AddAsync(seal);

        await _farm.PassWithTrafficAsync(OneRenewal);

        Assert.Equal(SxtSessionMode.Private, instance.Status.Mode);
        Assert.Contains(instance.Logs.GetSnapshot(), log => log.Id.Id == 1404 && log.Message.Contains("test seal", StringComparison.Ordinal));

        seal.Failure = null;
        await _farm.PassWithTrafficAsync(OneRenewal);
        AssertShared();
    }

    [Fact]
    public async Task Data_Protection_seals_where_the_farm_shares_its_key_ring()
    {
        await AddProtectedAsync("ring");
        await AddProtectedAsync("ring");

        await _farm.PassWithTrafficAsync(OneRenewal);

        AssertShared();
        Assert.Equal(1, _farm.Logins);
        Assert.Equal(_farm.Logins, _device.Openings);
        var token = await _farm.Instances[0].Session.GetAccessTokenAsync(TestContext.Current.CancellationToken);
        Assert.All(_farm.Room.Records.Values, record => Assert.DoesNotContain(
            token.GetValue(), Encoding.Latin1.GetString(record), StringComparison.Ordinal));
    }

    [Fact]
    public async Task Data_Protection_with_another_key_ring_opens_nothing()
    {
        await AddProtectedAsync("ring");
        var other = await AddProtectedAsync("other ring");

        await _farm.PassWithTrafficAsync(OneRenewal);

        Assert.Equal(SxtSessionMode.Private, other.Status.Mode);
        Assert.Contains(other.Logs.GetSnapshot(), log => log.Id.Id == 1403 && log.Message.Contains("Data Protection key ring", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_record_of_one_user_opens_for_no_other_under_the_same_Data_Protection()
    {
        await AddProtectedAsync("ring");
        var record = _farm.Room.Records.Single(record => !record.Key.EndsWith(":note", StringComparison.Ordinal));
        _farm.Gateway.AddUser("reports", _device.PublicKey);
        var other = _farm.Add(options => options.UserId = "reports", services => Protect(services, "ring"));
        await other.StartAsync();
        var name = _farm.Room.Records.Keys.Single(key => key != record.Key && !key.EndsWith(":note", StringComparison.Ordinal));

        _farm.Room.Put(name, record.Value);
        await _farm.PassWithTrafficAsync(TimeSpan.FromMinutes(1));

        Assert.Contains(other.Logs.GetSnapshot(), log => log.Id.Id == 1403);
    }

    private void AssertShared(IEnumerable<TestFarm.Instance>? instances = null)
    {
        _farm.AssertOneSession();
        Assert.All(instances ?? _farm.Instances, instance =>
        {
            Assert.NotEqual(SxtSessionMode.Private, instance.Status.Mode);
            Assert.Equal(SxtSessionState.Active, instance.Status.State);
        });
    }

    private async Task<TestFarm.Instance> AddAsync(params TestSeal[] seals)
    {
        var instance = _farm.Add(services: services =>
        {
            services.UseKeys(_device);
            var builder = services.AddSxt(_ => { });
            foreach (var seal in seals)
            {
                builder.AddSealSource(_ => seal);
            }
        });
        await instance.StartAsync();
        return instance;
    }

    private async Task<TestFarm.Instance> AddProtectedAsync(string ring)
    {
        var instance = _farm.Add(services: services => Protect(services, ring));
        await instance.StartAsync();
        return instance;
    }

    private void Protect(IServiceCollection services, string ring)
    {
        services.UseKeys(_device);
        services.AddSxt(_ => { }).UseDataProtection();
        services.AddDataProtection().SetApplicationName("farm").PersistKeysToFileSystem(_folder.CreateSubdirectory(ring));
    }

    private sealed class TestSeal(byte value) : ISxtSealSource
    {
        public Exception? Failure { get; set; }

        public ValueTask<SxtSealSecret> OpenSealAsync(CancellationToken cancellationToken) => Failure is null
            ? new(SxtSealSecret.FromBytes(SHA256.HashData([value])))
            : ValueTask.FromException<SxtSealSecret>(Failure);

        public override string ToString() => $"test seal {value}";
    }
}
