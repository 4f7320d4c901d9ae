using Microsoft.Extensions.Logging.Testing;

namespace SxtAspNet.AzureKeyVault.Tests.Infrastructure;

/// <summary>A vault, and a source that reads from it with Azure's own client.</summary>
public abstract class VaultTests : IAsyncLifetime
{
    private protected const string Secret = "sxt-key";

    private protected KeyVaultDouble Vault { get; private set; } = null!;

    private protected TestCredential Credential { get; } = new();

    private protected FakeLogger Logger { get; } = new();

    public async ValueTask InitializeAsync() => Vault = await KeyVaultDouble.StartAsync();

    public virtual async ValueTask DisposeAsync()
    {
        await Vault.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected VaultKeySource CreateSource(string? version = null, Action<VaultSettings>? configure = null)
    {
        var settings = new VaultSettings { Credential = Credential, Transport = Vault.CreateTransport() };
        configure?.Invoke(settings);
        var entry = new SxtAzureKeyVaultKeyOptions { VaultUri = Vault.Uri, Secret = Secret, Version = version };
        return new VaultKeySource(entry, new VaultClients(settings), Vault.Time, Logger);
    }

    private protected static async Task<string> OpenAsync(ISxtKeySource source)
    {
        using var key = await source.OpenAsync(TestContext.Current.CancellationToken);
        return Convert.ToBase64String(((SxtSigningKey)key).PublicKey.Span);
    }

    private protected Task<string> OpenAsync() => OpenAsync(CreateSource());

    private protected static async Task<string?> OpenPreviousAsync(VaultKeySource source)
    {
        using var key = await source.OpenPreviousAsync(TestContext.Current.CancellationToken);
        return key is SxtSigningKey signingKey ? Convert.ToBase64String(signingKey.PublicKey.Span) : null;
    }

    /// <summary>Opens a key that can't be opened, and checks what every failure must say.</summary>
    private protected async Task<SxtAuthenticationException> FailAsync(VaultKeySource? source = null)
    {
        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(() => OpenAsync(source ?? CreateSource()));
        Assert.Equal(SxtFailureReason.KeyUnavailable, failure.Reason);
        Assert.Contains($"'{Secret}'", failure.Message, StringComparison.Ordinal);
        Assert.Contains(Vault.Uri.Host, failure.Message, StringComparison.Ordinal);
        return failure;
    }
}
