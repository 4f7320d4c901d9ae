using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using SxtAspNet.Pkcs11.Tests.Infrastructure;
using SxtAspNet.Tests.Farm;

namespace SxtAspNet.Pkcs11.Tests;

/// <summary>A farm under traffic in virtual time, whose one key is in a SoftHSM token.</summary>
public sealed class FarmTests : DeviceTests
{
    private static readonly TimeSpan OneRenewal = TimeSpan.FromMinutes(21);

    [Fact]
    public async Task Three_instances_on_one_token_share_one_session_with_a_seal()
    {
        await using var farm = await StartAsync(withSeal: true);

        await farm.PassWithTrafficAsync(OneRenewal);

        farm.AssertOneSession();
        Assert.Equal((1, 1), (farm.Logins, farm.Refreshes));
        Assert.All(farm.Instances, instance => Assert.NotEqual(SxtSessionMode.Private, instance.Status.Mode));
        Assert.False(SoftHsm.IsLoggedIn(Token));
    }

    [Fact]
    public async Task Without_a_seal_each_has_a_session_of_its_own_and_says_why()
    {
        await using var farm = await StartAsync(withSeal: false);

        await farm.PassWithTrafficAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(3, farm.Logins);
        Assert.All(farm.Instances, instance => Assert.Contains(instance.Logs.GetSnapshot(), log => log.Id.Id == 1405));
    }

    [Fact]
    public async Task A_backup_key_in_a_file_logs_in_by_itself_while_the_token_is_gone()
    {
        var file = Path.Combine(Path.GetDirectoryName(PinFile)!, "backup");
        var seed = RandomNumberGenerator.GetBytes(SxtSigningKey.SeedSize);
        await File.WriteAllTextAsync(file, Convert.ToHexString(seed), TestContext.Current.CancellationToken);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        using var backup = SxtSigningKey.FromSeed(seed);
        await using var farm = new TestFarm(0);
        farm.Gateway.AddUser(TestFarm.User, backup.PublicKey);
        var instance = farm.Add(services: services =>
        {
            services.AddSxt(_ => { }).AddPkcs11().AddSealSource(_ => new FixedSeal());
            services.PostConfigureAll<SxtOptions>(options =>
            {
                options.Keys.Clear();
                options.Keys.Add(new() { Pkcs11 = Options(device => device.TokenLabel = "unplugged") });
                options.Keys.Add(new() { File = file });
            });
            services.OpenKeysInstantly();
        });
        await instance.StartAsync();

        await farm.PassWithTrafficAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(1, farm.Logins);
        var warning = Assert.Single(instance.Logs.GetSnapshot(), log => log.Id.Id == 1110).Message;
        Assert.StartsWith("PKCS#11 key 'sxt' on token 'unplugged': this key did not lead to a login; the next one is tried.", warning, StringComparison.Ordinal);
        Assert.Contains("No token has that label. Check the device, and TokenLabel.", warning, StringComparison.Ordinal);
    }

    private async Task<TestFarm> StartAsync(bool withSeal)
    {
        var farm = new TestFarm(0);
        farm.Gateway.AddUser(TestFarm.User, MakeKey());
        for (var i = 0; i < 3; i++)
        {
            await farm.Add(services: services =>
            {
                var builder = services.AddSxt(_ => { }).AddPkcs11();
                if (withSeal)
                {
                    builder.AddSealSource(_ => new FixedSeal());
                }

                services.PostConfigureAll<SxtOptions>(options =>
                {
                    options.Keys.Clear();
                    options.Keys.Add(new() { Pkcs11 = Options() });
                });
                services.OpenKeysInstantly();
            }).StartAsync();
        }

        return farm;
    }

    private sealed class FixedSeal : ISxtSealSource
    {
        public ValueTask<SxtSealSecret> OpenSealAsync(CancellationToken cancellationToken) => new(SxtSealSecret.FromBytes(SHA256.HashData("seal"u8)));
    }
}
