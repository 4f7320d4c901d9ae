using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Azure;
using Azure.Security.KeyVault.Secrets;
using Microsoft.Extensions.Logging;

namespace SxtAspNet.AzureKeyVault;

/// <summary>
/// A key in a secret of Azure Key Vault, which has no Ed25519 keys of its own: a signing key or an API key. The secret is read at each opening:
/// there is no cache, so a new version is seen at once.
/// </summary>
internal sealed class VaultKeySource : ISxtKeySource, ISxtKeyHistory
{
    private readonly SecretName _name;
    private readonly Lazy<SecretClient> _client;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;

    public VaultKeySource(SxtAzureKeyVaultKeyOptions entry, VaultClients clients, TimeProvider timeProvider, ILogger logger)
    {
        _name = new SecretName(entry.VaultUri!, entry.Secret!, string.IsNullOrEmpty(entry.Version) ? null : entry.Version);

        // When it is first used, and again when that failed: a credential can't be made in every environment.
        _client = new Lazy<SecretClient>(() => clients.Create(entry), LazyThreadSafetyMode.PublicationOnly);
        _timeProvider = timeProvider;
        _logger = logger;
    }

    public override string ToString() => _name.ToString();

    public ValueTask<SxtCredential> OpenAsync(CancellationToken cancellationToken) =>
        new(CallAsync(client => ReadAsync(client, _name.Version, cancellationToken), cancellationToken));

    /// <remarks>For this, the app's identity must be allowed to list versions too.</remarks>
    public ValueTask<SxtCredential?> OpenPreviousAsync(CancellationToken cancellationToken) => new(CallAsync(
        async client => await FindPreviousVersionAsync(client, cancellationToken).ConfigureAwait(false) is { } previous
            ? await ReadAsync(client, previous, cancellationToken).ConfigureAwait(false)
            : null,
        cancellationToken));

    private async Task<T> CallAsync<T>(Func<SecretClient, Task<T>> call, CancellationToken cancellationToken)
    {
        try
        {
            return await call(_client.Value).ConfigureAwait(false);
        }
        catch (Exception failure) when (HasJson(failure))
        {
            // What is wrong with an answer is told by quoting it, and the value of the secret is in it.
            throw _name.Unavailable("was not read: the answer is not one of a key vault. Check VaultUri, and whether a proxy changes answers.");
        }
        catch (Exception failure) when (failure is not SxtAuthenticationException && !cancellationToken.IsCancellationRequested)
        {
            _logger.ReadingFailed(failure, _name.ToString());
            throw VaultFailure.Explain(failure, _name);
        }
    }

    private static bool HasJson(Exception? failure)
    {
        while (failure is not (null or JsonException))
        {
            failure = failure.InnerException;
        }

        return failure is not null;
    }

    private async Task<SxtCredential> ReadAsync(SecretClient client, string? version, CancellationToken cancellationToken)
    {
        Response<KeyVaultSecret> response = await client.GetSecretAsync(_name.Name, version, cancellationToken).ConfigureAwait(false);
        var properties = response.Value.Properties;
        if (SecretValidity.Problem(properties, Now(response.GetRawResponse())) is { } problem)
        {
            throw _name.Unavailable(problem);
        }

        SxtCredential key;
        try
        {
            key = Parse(response.Value.Value ?? "");
        }
        catch (FormatException exception)
        {
            throw _name.Unavailable($"holds no usable key: {exception.Message}", exception);
        }

        if (PublicKeyTag.Problem(properties, key) is { } mismatch)
        {
            key.Dispose();
            throw _name.Unavailable(mismatch);
        }

        if (_logger.IsEnabled(LogLevel.Debug))
        {
            _logger.KeyOpened(key.ToString()!, _name.ToString(), properties.Version);
        }

        return key;
    }

    /// <summary>The newest enabled version before the one in use; the vault lists them in no useful order.</summary>
    private async Task<string?> FindPreviousVersionAsync(SecretClient client, CancellationToken cancellationToken)
    {
        List<SecretProperties> versions = [];
        await foreach (var version in client.GetPropertiesOfSecretVersionsAsync(_name.Name, cancellationToken).ConfigureAwait(false))
        {
            versions.Add(version);
        }

        var newestFirst = versions.OrderByDescending(version => version.CreatedOn);
        var olderOnes = newestFirst.SkipWhile(version => _name.Version is not null && version.Version != _name.Version).Skip(1);
        return olderOnes.FirstOrDefault(version => version.Enabled is not false)?.Version;
    }

    /// <summary>By the vault's own clock, as far as it tells: this machine's may be wrong.</summary>
    private DateTimeOffset Now(Response response) => response.Headers.Date ?? _timeProvider.GetUtcNow();

    private static SxtCredential Parse(string secret)
    {
        // Pinned, because a collection that moves an array leaves the old copy behind.
        var content = GC.AllocateUninitializedArray<byte>(Encoding.UTF8.GetByteCount(secret), pinned: true);
        try
        {
            Encoding.UTF8.GetBytes(secret, content);
            return SxtCredential.Parse(content);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(content);
        }
    }
}
