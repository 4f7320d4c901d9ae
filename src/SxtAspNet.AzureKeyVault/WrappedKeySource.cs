using Microsoft.Extensions.Logging;

namespace SxtAspNet.AzureKeyVault;

/// <summary>A key in a file, encrypted by an RSA key that never leaves its vault. File and vault are asked at each opening.</summary>
internal sealed class WrappedKeySource(SxtKeyOptions entry, SxtUnwrapWithOptions options, VaultClients clients, ILogger logger) : ISxtKeySource
{
    private readonly SecretFile _file = new("key file", entry.File!, entry.RequirePrivateFile, logger);
    private readonly VaultKey _configured = new(options.VaultUri!, options.Key!, string.IsNullOrEmpty(options.Version) ? null : options.Version);

    // When it is first used, and again when that failed: a credential can't be made in every environment.
    private readonly Lazy<UnwrapClient> _client = new(() => clients.Unwrapping(options), LazyThreadSafetyMode.PublicationOnly);

    public override string ToString() => $"file {_file.Path}, unwrapped by the {_configured}";

    public async ValueTask<SxtCredential> OpenAsync(CancellationToken cancellationToken)
    {
        var wrapped = Read();
        var key = _configured with { Version = wrapped.Version };
        using var seed = await VaultFailure.ExplainAsync(
            () => _client.Value.UnwrapAsync(key, wrapped.Seed, cancellationToken), key, logger, cancellationToken).ConfigureAwait(false);
        if (seed.Span.Length != SxtSigningKey.SeedSize)
        {
            throw key.Unavailable($"unwrapped {seed.Span.Length} bytes from the file '{_file.Path}', where {SxtSigningKey.SeedSize} are needed. {WrappedKey.Fix}");
        }

        var signingKey = SxtSigningKey.FromSeed(seed.Span);
        if (!signingKey.PublicKey.Span.SequenceEqual(wrapped.PublicKey))
        {
            signingKey.Dispose();
            throw _file.Unavailable($"names another public key than the one that belongs to the key in it. {WrappedKey.Fix}");
        }

        if (logger.IsEnabled(LogLevel.Debug))
        {
            logger.KeyUnwrapped(signingKey.ToString()!, _file.Path, key.ToString());
        }

        return signingKey;
    }

    /// <summary>Where to send it is said by the settings: a file that somebody replaced must not lead the app's sign-in to another host.</summary>
    private WrappedKey Read()
    {
        WrappedKey wrapped;
        using (var content = _file.Read())
        {
            wrapped = WrappedKey.Parse(content.Span) ?? throw _file.Unavailable($"holds no key that a vault wrapped. {WrappedKey.Fix}");
        }

        var named = new VaultKey(wrapped.Vault, wrapped.Key, wrapped.Version);
        return wrapped.Vault == options.VaultUri && string.Equals(wrapped.Key, options.Key, StringComparison.OrdinalIgnoreCase)
            && (_configured.Version is null || _configured.Version == wrapped.Version)
            ? wrapped
            : throw _file.Unavailable($"was wrapped by the {named}, but UnwrapWith names the {_configured}. Correct UnwrapWith, or set the file that belongs to it.");
    }
}
