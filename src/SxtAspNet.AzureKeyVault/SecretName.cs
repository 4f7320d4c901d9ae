namespace SxtAspNet.AzureKeyVault;

/// <summary>Names a secret in messages and to Azure's command line.</summary>
internal sealed record SecretName(Uri VaultUri, string Name, string? Version)
{
    /// <summary>The arguments that name the secret to the command line "az".</summary>
    public string Arguments => $"--vault-name {VaultUri.Host.Split('.')[0]} --name {Name}";

    public override string ToString() =>
        $"secret '{Name}'{(Version is null ? "" : $" (version {Version})")} in the key vault {VaultUri.GetLeftPart(UriPartial.Authority)}";

    public SxtAuthenticationException Unavailable(string problem, Exception? cause = null, TimeSpan? retryAfter = null) =>
        new(SxtFailureReason.KeyUnavailable, $"The {this} {problem}", cause, retryAfter);
}
