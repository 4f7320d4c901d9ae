using System.Text;
using Azure;
using Azure.Security.KeyVault.Secrets;
using Microsoft.Extensions.Logging;

namespace SxtAspNet.AzureKeyVault;

/// <summary>
/// A secret of Azure Key Vault: a signing key (the vault has no Ed25519 keys of its own), an API key, or a seal. It is read at each opening:
/// there is no cache, so a new version is seen at once.
/// </summary>
internal sealed class VaultKeySource : ISxtKeySource, ISxtKeyHistory, ISxtSealSource
{
    private readonly VaultSecret _secret;
    private readonly Lazy<SecretClient> _client;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;

    public VaultKeySource(SxtAzureKeyVaultKeyOptions entry, VaultClients clients, TimeProvider timeProvider, ILogger logger)
    {
        _secret = new VaultSecret(entry.VaultUri!, entry.Secret!, string.IsNullOrEmpty(entry.Version) ? null : entry.Version);

        // When it is first used, and again when that failed: a credential can't be made in every environment.
        _client = new Lazy<SecretClient>(() => clients.Secrets(entry), LazyThreadSafetyMode.PublicationOnly);
        _timeProvider = timeProvider;
        _logger = logger;
    }

    public override string ToString() => _secret.ToString();

    public ValueTask<SxtCredential> OpenAsync(CancellationToken cancellationToken) => new(ReadAsync(_secret, ReadKey, cancellationToken));

    /// <remarks>For this, the app's identity must be allowed to list versions too.</remarks>
    public ValueTask<SxtCredential?> OpenPreviousAsync(CancellationToken cancellationToken) => new(ReadPreviousAsync(ReadKey, cancellationToken));

    public ValueTask<SxtSealSecret> OpenSealAsync(CancellationToken cancellationToken) => new(ReadAsync(_secret, ReadSeal, cancellationToken));

    /// <remarks>For this, the app's identity must be allowed to list versions too.</remarks>
    public ValueTask<SxtSealSecret?> OpenPreviousSealAsync(CancellationToken cancellationToken) => new(ReadPreviousAsync(ReadSeal, cancellationToken));

    private delegate T Read<T>(VaultSecret secret, SecretProperties properties, ReadOnlySpan<byte> value);

    private async Task<T?> ReadPreviousAsync<T>(Read<T> read, CancellationToken cancellationToken)
        where T : class
    {
        var previous = await VaultFailure.ExplainAsync(
            () => FindPreviousVersionAsync(_client.Value, cancellationToken), _secret, _logger, cancellationToken).ConfigureAwait(false);
        return previous is null ? null : await ReadAsync(_secret with { Version = previous, IsPrevious = true }, read, cancellationToken).ConfigureAwait(false);
    }

    private async Task<T> ReadAsync<T>(VaultSecret secret, Read<T> read, CancellationToken cancellationToken)
    {
        Response<KeyVaultSecret> response = await VaultFailure.ExplainAsync(
            () => _client.Value.GetSecretAsync(secret.Name, secret.Version, cancellationToken), secret, _logger, cancellationToken).ConfigureAwait(false);
        var properties = response.Value.Properties;
        if (SecretValidity.Problem(secret, properties, Now(response.GetRawResponse())) is { } problem)
        {
            throw secret.Unavailable(problem);
        }

        // Pinned, because a collection that moves an array leaves the old copy behind.
        var value = response.Value.Value ?? "";
        using var content = new SecretBuffer<byte>(Encoding.UTF8.GetByteCount(value));
        Encoding.UTF8.GetBytes(value, content.Span);
        return read(secret, properties, content.Span);
    }

    private SxtCredential ReadKey(VaultSecret secret, SecretProperties properties, ReadOnlySpan<byte> value)
    {
        SxtCredential key;
        try
        {
            key = SxtCredential.Parse(value);
        }
        catch (FormatException exception)
        {
            throw secret.Unavailable($"holds no usable key: {exception.Message}", exception);
        }

        if (PublicKeyTag.Problem(properties, key) is { } mismatch)
        {
            key.Dispose();
            throw secret.Unavailable(mismatch);
        }

        if (_logger.IsEnabled(LogLevel.Debug))
        {
            _logger.KeyOpened(key.ToString()!, _secret.ToString(), properties.Version);
        }

        return key;
    }

    private static SxtSealSecret ReadSeal(VaultSecret secret, SecretProperties properties, ReadOnlySpan<byte> value)
    {
        try
        {
            return SxtSealSecret.Parse(value);
        }
        catch (FormatException exception)
        {
            throw secret.Unavailable($"holds no usable seal: {exception.Message}", exception);
        }
    }

    /// <summary>The newest enabled version before the one in use; the vault lists them in no useful order.</summary>
    private async Task<string?> FindPreviousVersionAsync(SecretClient client, CancellationToken cancellationToken)
    {
        List<SecretProperties> versions = [];
        await foreach (var version in client.GetPropertiesOfSecretVersionsAsync(_secret.Name, cancellationToken).ConfigureAwait(false))
        {
            versions.Add(version);
        }

        var newestFirst = versions.OrderByDescending(version => version.CreatedOn);
        var olderOnes = newestFirst.SkipWhile(version => _secret.Version is not null && version.Version != _secret.Version).Skip(1);
        return olderOnes.FirstOrDefault(version => version.Enabled is not false)?.Version;
    }

    /// <summary>By the vault's own clock, as far as it tells: this machine's may be wrong.</summary>
    private DateTimeOffset Now(Response response) => response.Headers.Date ?? _timeProvider.GetUtcNow();
}
