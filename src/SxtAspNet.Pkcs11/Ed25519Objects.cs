using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace SxtAspNet.Pkcs11;

/// <summary>How PKCS#11 writes Ed25519 keys, which differs between devices and versions of the standard.</summary>
internal static class Ed25519Objects
{
    /// <summary>CKM_EC_EDWARDS_KEY_PAIR_GEN and CKM_EDDSA (PKCS#11 v3.0), which the library's enumeration has no names for.</summary>
    public const CKM KeyPairGeneration = (CKM)0x1055;

    public const CKM Eddsa = (CKM)0x1057;

    /// <summary>CKK_EC_EDWARDS.</summary>
    public const CKK KeyType = (CKK)0x40;

    /// <summary>The curve by its name, a PrintableString "edwards25519".</summary>
    public static ReadOnlySpan<byte> CurveByName => "\u0013\u000Cedwards25519"u8;

    /// <summary>The curve by RFC 8410's object identifier 1.3.101.112.</summary>
    public static ReadOnlySpan<byte> CurveByOid => [0x06, 0x03, 0x2B, 0x65, 0x70];

    /// <summary>The curve by the object identifier that GnuPG uses.</summary>
    private static ReadOnlySpan<byte> CurveByGnuOid => [0x06, 0x09, 0x2B, 0x06, 0x01, 0x04, 0x01, 0xDA, 0x47, 0x0F, 0x01];

    public static bool IsEd25519(ReadOnlySpan<byte> parameters) =>
        parameters.SequenceEqual(CurveByName) || parameters.SequenceEqual(CurveByOid) || parameters.SequenceEqual(CurveByGnuOid);

    /// <summary>
    /// Reads CKA_EC_POINT: the 32 bytes as they are, as PKCS#11 v3.1 has it, or in a DER OCTET STRING or BIT STRING, as devices wrote it before.
    /// </summary>
    /// <returns><see langword="null"/> for anything else.</returns>
    public static byte[]? ReadPoint(ReadOnlySpan<byte> point) => point switch
    {
        { Length: SxtSigningKey.PublicKeySize } => point.ToArray(),
        [0x04, SxtSigningKey.PublicKeySize, .. var octets] when octets.Length == SxtSigningKey.PublicKeySize => octets.ToArray(),
        [0x03, SxtSigningKey.PublicKeySize + 1, 0x00, .. var bits] when bits.Length == SxtSigningKey.PublicKeySize => bits.ToArray(),
        _ => null,
    };

    /// <summary>The attributes by which a key of a kind is found.</summary>
    public static List<IObjectAttribute> Search(CKO kind, string? label, byte[]? id)
    {
        var attributes = Modules.Factories.ObjectAttributeFactory;
        List<IObjectAttribute> search = [attributes.Create(CKA.CKA_CLASS, kind)];
        if (label is not null)
        {
            search.Add(attributes.Create(CKA.CKA_LABEL, label));
        }

        if (id is not null)
        {
            search.Add(attributes.Create(CKA.CKA_ID, id));
        }

        return search;
    }

    /// <summary>Reads one attribute.</summary>
    /// <returns><see langword="null"/> when the device doesn't give it.</returns>
    public static byte[]? Read(ISession session, IObjectHandle handle, CKA attribute) =>
        session.GetAttributeValue(handle, [attribute]) is [{ CannotBeRead: false } value] ? value.GetValueAsByteArray() : null;
}
