namespace SxtAspNet;

/// <summary>Names an Ed25519 key in a device with a PKCS#11 module: an HSM, a smart card, a USB token. The key never leaves it.</summary>
public sealed class SxtPkcs11KeyOptions
{
    /// <summary>Path of the vendor's PKCS#11 module, for example /usr/lib/softhsm/libsofthsm2.so.</summary>
    public string? Library { get; set; }

    /// <summary>The token's label. Set this or <see cref="Slot"/>.</summary>
    public string? TokenLabel { get; set; }

    /// <summary>The id of the slot that the token is in, as the module numbers it: decimal, or hexadecimal after 0x.</summary>
    public string? Slot { get; set; }

    /// <summary>The key's label (CKA_LABEL). Set this, <see cref="KeyId"/> or both.</summary>
    public string? KeyLabel { get; set; }

    /// <summary>The key's id (CKA_ID), in hexadecimal.</summary>
    public string? KeyId { get; set; }

    /// <summary>
    /// Path of a file that holds the user's PIN, as UTF-8 text; one trailing line break is ignored. It is read at each login and not kept.
    /// </summary>
    public string? PinFile { get; set; }
}
