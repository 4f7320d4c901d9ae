using Microsoft.Extensions.DependencyInjection;
using SxtAspNet.AzureKeyVault.Tests.Infrastructure;
using SxtAspNet.Keys;
using SxtAspNet.Tests.Farm;

namespace SxtAspNet.AzureKeyVault.Tests;

/// <summary>A farm under traffic in virtual time, whose key is in a vault over HTTPS.</summary>
public sealed class RotationTests : IAsyncLifetime
{
    private const string Secret = "sxt-key";

    private static readonly TimeSpan OneRenewal = TimeSpan.FromMinutes(21);

    private readonly TestKey _old = new();
    private readonly TestKey _new = new();
    private readonly TestFarm _farm = new(0);
    private KeyVaultDouble _vault = null!;
    private VaultSecretVersion _oldVersion = null!;

    public async ValueTask InitializeAsync()
    {
        _vault = await KeyVaultDouble.StartAsync(_farm.Time);
        _oldVersion = _vault.Set(Secret, _old.Text);
        _farm.Gateway.AddUser(TestFarm.User, _old.PublicKey);
    }

    public async ValueTask DisposeAsync()
    {
        await _farm.DisposeAsync();
        await _vault.DisposeAsync();
    }

    [Fact]
    public async Task A_new_version_costs_nothing_and_seals_what_is_shared_after_one_renewal()
    {
        await AddAsync(4);
        await _farm.PassWithTrafficAsync(TimeSpan.FromMinutes(5));
        Assert.Equal(IdOf(_old), SealedWith());

        Rotate();
        await _farm.PassWithTrafficAsync(OneRenewal);

        Assert.Equal(IdOf(_new), SealedWith());
        AssertAllShareOneSession();
        Assert.Equal(1, _farm.Logins);
    }

    [Fact]
    public async Task Half_of_the_farm_on_each_key_shares_one_session_and_no_request_fails()
    {
        await AddAsync(3);
        await _farm.PassWithTrafficAsync(TimeSpan.FromMinutes(5));
        Rotate();

        // These know the new key only, and find a record that was sealed with the old one.
        await AddAsync(3);
        await _farm.PassWithTrafficAsync(TimeSpan.FromMinutes(1));
        AssertAllShareOneSession();
        Assert.Equal(1, _farm.Logins);

        await _farm.PassWithTrafficAsync(OneRenewal);
        AssertAllShareOneSession();
        Assert.Equal(IdOf(_new), SealedWith());
        Assert.Equal(1, _farm.Logins);
    }

    [Fact]
    public async Task When_the_old_version_is_disabled_too_early_nothing_fails_and_one_renewal_mends_it()
    {
        await AddAsync(3);
        await _farm.PassWithTrafficAsync(TimeSpan.FromMinutes(5));
        Rotate();
        _oldVersion.IsEnabled = false;

        await AddAsync(3);
        await _farm.PassWithTrafficAsync(OneRenewal);

        AssertAllShareOneSession();
        Assert.Equal(IdOf(_new), SealedWith());
    }

    [Fact]
    public async Task Once_the_old_key_is_gone_the_farm_logs_in_with_the_new_one()
    {
        await AddAsync(4);
        Rotate();
        await _farm.PassWithTrafficAsync(OneRenewal);
        _oldVersion.IsEnabled = false;
        _farm.Gateway.RemoveKey(TestFarm.User, _old.PublicKey);

        await _farm.PassWithTrafficAsync(TimeSpan.FromHours(25), TimeSpan.FromSeconds(30));

        Assert.Equal(2, _farm.Logins);
        AssertAllShareOneSession();
    }

    [Fact]
    public async Task Only_the_instance_that_renews_reads_the_key()
    {
        await AddAsync(4);
        await _farm.PassWithTrafficAsync(TimeSpan.FromMinutes(5));
        var before = Readings();

        await _farm.PassWithTrafficAsync(OneRenewal);

        Assert.Equal(1, _farm.Refreshes);
        Assert.Equal(1, Readings() - before);
    }

    [Fact]
    public async Task A_vault_that_is_away_ends_nothing_before_the_session_ends()
    {
        await AddAsync(4);
        _vault.Answer = context => KeyVaultDouble.FailAsync(context, 429, "Throttled");

        await _farm.PassWithTrafficAsync(TimeSpan.FromHours(5), TimeSpan.FromSeconds(20));

        AssertAllShareOneSession();
        Assert.Equal(1, _farm.Logins);
    }

    [Fact]
    public async Task A_backup_key_in_another_vault_logs_in_by_itself_while_the_first_one_cannot_be_had()
    {
        await using var other = await KeyVaultDouble.StartAsync(_farm.Time);
        var backup = new TestKey();
        other.Set("sxt-backup", backup.Text);
        _farm.Gateway.AddUser(TestFarm.User, backup.PublicKey);
        await AddAsync(2, new SxtAzureKeyVaultKeyOptions { VaultUri = other.Uri, Secret = "sxt-backup" }, other);
        _vault.Answer = context => KeyVaultDouble.FailAsync(context, 403, "Forbidden", "ForbiddenByFirewall");

        await _farm.PassWithTrafficAsync(TimeSpan.FromHours(25), TimeSpan.FromSeconds(30));

        Assert.Equal(2, _farm.Logins);
        AssertAllShareOneSession();
        Assert.Contains(
            _farm.Instances.SelectMany(instance => instance.Logs.GetSnapshot()),
            log => log.Id.Id == 1110 && log.Message.Contains(_vault.Uri.Host, StringComparison.Ordinal));
    }

    private async Task AddAsync(int instances, SxtAzureKeyVaultKeyOptions? backup = null, KeyVaultDouble? other = null)
    {
        for (var i = 0; i < instances; i++)
        {
            await _farm.Add(services: services =>
            {
                services.AddSxt(_ => { }).AddAzureKeyVault(new TestCredential());
                var transport = other is null ? _vault.CreateTransport() : _vault.CreateTransport(other);
                services.Configure<VaultSettings>("", settings => settings.Transport = transport);
                services.PostConfigureAll<SxtOptions>(options =>
                {
                    options.Keys.Clear();
                    options.Keys.Add(new() { AzureKeyVault = new() { VaultUri = _vault.Uri, Secret = Secret } });
                    if (backup is not null)
                    {
                        options.Keys.Add(new() { AzureKeyVault = backup });
                    }
                });
                services.OpenKeysInstantly();
            }).StartAsync();
        }
    }

    /// <summary>As the guide says: the public key onto the keyring, then the new version into the vault.</summary>
    private void Rotate()
    {
        _farm.Gateway.AddUser(TestFarm.User, _new.PublicKey);
        _vault.Set(Secret, _new.Text);
    }

    private int Readings() => _vault.Requests.Count(request => request.EndsWith("with a token", StringComparison.Ordinal));

    private void AssertAllShareOneSession()
    {
        _farm.AssertOneSession();
        Assert.DoesNotContain(_farm.Instances, instance => instance.Status.Mode == SxtSessionMode.Private);
        Assert.All(_farm.Instances, instance => Assert.Equal(SxtSessionState.Active, instance.Status.State));
        Assert.Equal(0, _farm.Gateway.Calls.ReusedRefreshTokens);
    }

    /// <summary>The id of the key that the shared record is sealed with; it follows the format's version.</summary>
    private string SealedWith() => Convert.ToHexString(
        Assert.Single(_farm.Room.Records, record => !record.Key.EndsWith(":note", StringComparison.Ordinal)).Value.AsSpan(1, SealKey.IdSize));

    private static string IdOf(TestKey key)
    {
        using var signingKey = SxtSigningKey.FromSeed(key.Seed);
        using var sealKey = SealKey.Derive(signingKey)!;
        return Convert.ToHexString(sealKey.Id);
    }
}
