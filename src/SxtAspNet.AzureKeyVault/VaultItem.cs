namespace SxtAspNet.AzureKeyVault;

/// <summary>Names a secret or a key of a vault in messages and to Azure's command line.</summary>
internal abstract record VaultItem(Uri VaultUri, string Name, string? Version)
{
    /// <summary>What the vault calls it: "secret" or "key".</summary>
    public abstract string Kind { get; }

    /// <summary>What the app wants of it, as a participle.</summary>
    public abstract string Use { get; }

    /// <summary>What names it in the settings.</summary>
    public abstract string Settings { get; }

    /// <summary>The role that allows it, and the permission in a vault with access policies.</summary>
    public abstract string Access { get; }

    /// <summary>The arguments that name it, with all of its versions, to the command line "az".</summary>
    public string Arguments => $"--vault-name {VaultUri.Host.Split('.')[0]} --name {Name}";

    /// <summary>The arguments that name the version that is used.</summary>
    public string VersionArguments => Version is null ? Arguments : $"{Arguments} --version {Version}";

    /// <summary>What to do about a version that can't be used. A new one is no help where another one is named.</summary>
    /// <param name="fix">What fixes this very version.</param>
    public abstract string Advise(string fix);

    public sealed override string ToString() =>
        $"{Kind} '{Name}'{(Version is null ? "" : $" (version {Version})")} in the key vault {VaultUri.GetLeftPart(UriPartial.Authority)}";

    public SxtAuthenticationException Unavailable(string problem, Exception? cause = null, TimeSpan? retryAfter = null) =>
        new(SxtFailureReason.KeyUnavailable, $"The {this} {problem}", cause, retryAfter);
}

/// <summary>A secret, which is read.</summary>
internal sealed record VaultSecret(Uri VaultUri, string Name, string? Version) : VaultItem(VaultUri, Name, Version)
{
    public override string Kind => "secret";

    public override string Use => "read";

    public override string Settings => "VaultUri, Secret and Version";

    /// <summary>Whether it is the version before the one in use.</summary>
    public bool IsPrevious { get; init; }

    public override string Access => "the role 'Key Vault Secrets User' on the vault, or in a vault with access policies the secret permissions Get and List";

    public override string Advise(string fix) =>
        IsPrevious ? "It is the version before the one in use: the next renewal seals with the new one; to open what is sealed with this one until then, " + fix
        : $"{(Version is null ? "Make a new version" : "Set Version to another one")}, or {fix}";
}

/// <summary>An RSA key, which unwraps what is in a file and never leaves the vault.</summary>
internal sealed record VaultKey(Uri VaultUri, string Name, string? Version) : VaultItem(VaultUri, Name, Version)
{
    public override string Kind => "key";

    public override string Use => "used";

    public override string Settings => "VaultUri and Key of UnwrapWith, and the version that the file names";

    public override string Access => "the role 'Key Vault Crypto User' on the key, or in a vault with access policies the key permission Unwrap Key";

    public override string Advise(string fix) => $"Wrap the key again with another version (dotnet sxt key wrap), or {fix}";
}
