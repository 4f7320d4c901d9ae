namespace WebFarm;

/// <summary>What a farm logs in with.</summary>
public enum FarmCredential
{
    /// <summary>A signing key in a file.</summary>
    Key,

    /// <summary>An API key, which the network's proxy exchanges. Then each renewal is a login.</summary>
    ApiKey,

    /// <summary>A signing key in a SoftHSM token, which it never leaves; a seal of its own lets the farm share its session.</summary>
    Pkcs11,

    /// <summary>The backup key: the first key's file is missing, so the second one logs in.</summary>
    Backup,
}
