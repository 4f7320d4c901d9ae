namespace SxtAspNet.Sessions;

/// <summary>Encryption at rest of what instances share.</summary>
internal interface ISessionSeal
{
    /// <summary>What instances have to have in common for one to open the records of another.</summary>
    string SharedBy { get; }

    /// <summary>Why records can't be sealed, and what to do, when they can't.</summary>
    string Missing { get; }

    /// <summary>Gets ready what seals, if it is not.</summary>
    /// <returns>Whether records can be sealed.</returns>
    Task<bool> EnsureAsync();

    /// <summary>Reads again what seals, so that a renewal is sealed with the newest.</summary>
    Task RenewAsync();

    /// <summary>Lets the next record that can't be opened be reason to read again what opens them.</summary>
    void ForgetUnknown();

    /// <summary>Seals a record.</summary>
    /// <returns><see langword="null"/> when nothing is there to seal with.</returns>
    Task<byte[]?> SealAsync(string name, byte[] plaintext);

    /// <summary>Opens a record.</summary>
    /// <returns><see langword="null"/> when it can't be opened; it is not to be trusted then.</returns>
    Task<byte[]?> OpenAsync(string name, byte[] record);
}
