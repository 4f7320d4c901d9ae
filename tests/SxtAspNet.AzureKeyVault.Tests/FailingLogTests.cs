using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Logging;
using SxtAspNet.AzureKeyVault.Tests.Infrastructure;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.AzureKeyVault.Tests;

/// <summary>An app whose log throws, also at level Debug.</summary>
public sealed class FailingLogTests : VaultTests
{
    private readonly ILoggerFactory _loggers =
        LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Debug).AddProvider(new FailingLog()));

    private readonly TestKey _key = new();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _loggers.Dispose();
    }

    [Fact]
    public async Task A_secret_opens_all_the_same()
    {
        Vault.Set(Secret, _key.Text);

        Assert.Equal(_key.PublicKeyBase64, await OpenAsync(CreateLogged()));
    }

    [Fact]
    public async Task What_failed_is_told_all_the_same()
    {
        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(() => OpenAsync(CreateLogged()));

        Assert.Contains("does not exist", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrapped_key_opens_all_the_same()
    {
        var (rsa, version) = Vault.MakeKey("sxt-wrap");
        using var publicHalf = rsa;
        var wrapped = rsa.Encrypt(_key.Seed, RSAEncryptionPadding.OaepSHA256);
        var json = new WrappedKey(Vault.Uri, "sxt-wrap", version, WrappedKey.OaepSha256, _key.PublicKey.ToArray(), wrapped).ToJson();
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, Encoding.UTF8.GetString(json), TestContext.Current.CancellationToken);
            var source = new UnwrapWithKind(Settings(), _loggers).Create(new SxtKeyOptions { File = file }, new() { VaultUri = Vault.Uri, Key = "sxt-wrap" });

            Assert.Equal(_key.PublicKeyBase64, await OpenAsync(source));
        }
        finally
        {
            File.Delete(file);
        }
    }

    private ISxtKeySource CreateLogged() =>
        new VaultKeyKind(Settings(), Vault.Time, _loggers).Create(new SxtKeyOptions(), new() { VaultUri = Vault.Uri, Secret = Secret });

    private VaultSettings Settings() => new() { Credential = Credential, Transport = Vault.CreateTransport() };
}
