using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;
using NSec.Cryptography;

namespace SxtAspNet.Pkcs11;

/// <summary>A key inside a device: it signs there, and derives nothing.</summary>
internal sealed class DeviceSigningKey : SxtSigningKey
{
    private readonly TokenSession _session;
    private readonly IObjectHandle _privateKey;
    private readonly DeviceKey _key;
    private readonly byte[] _publicKey;

    private DeviceSigningKey(TokenSession session, IObjectHandle privateKey, DeviceKey key, byte[] publicKey) =>
        (_session, _privateKey, _key, _publicKey) = (session, privateKey, key, publicKey);

    public override ReadOnlyMemory<byte> PublicKey => _publicKey;

    /// <summary>Finds the key in a token; the session becomes the key's.</summary>
    /// <exception cref="SxtAuthenticationException"><see cref="SxtFailureReason.KeyUnavailable"/>: it is not there, or not usable.</exception>
    public static DeviceSigningKey Find(TokenSession session, ISession opened, DeviceKey key)
    {
        var privateKey = opened.FindAllObjects(Ed25519Objects.Search(CKO.CKO_PRIVATE_KEY, key.Label, key.Id)) switch
        {
            [var only] => only,
            [] => throw DeviceFailure.Because(key.ToString(), "The token has no such private key. Check KeyLabel and KeyId, or make one: dotnet sxt key new --pkcs11."),
            _ => throw DeviceFailure.Because(key.ToString(), "Several private keys match. Set KeyId, or both KeyLabel and KeyId."),
        };
        if (Ed25519Objects.Read(opened, privateKey, CKA.CKA_EC_PARAMS) is { } parameters && !Ed25519Objects.IsEd25519(parameters))
        {
            throw DeviceFailure.Because(key.ToString(), "It is no Ed25519 key (curve edwards25519), which Space and Time asks for. Make one: dotnet sxt key new --pkcs11.");
        }

        return new DeviceSigningKey(session, privateKey, key, FindPublicKey(opened, privateKey, key));
    }

    public override ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        using var mechanism = Modules.Factories.MechanismFactory.Create(Ed25519Objects.Eddsa);
        var signature = _session.Use(session => session.Sign(mechanism, _privateKey, data.ToArray()));

        // The gateway would only say that it refuses the key.
        return SignatureAlgorithm.Ed25519.Verify(
            NSec.Cryptography.PublicKey.Import(SignatureAlgorithm.Ed25519, _publicKey, KeyBlobFormat.RawPublicKey), data.Span, signature)
            ? ValueTask.FromResult(signature)
            : throw DeviceFailure.Because(
                _key.ToString(), "Its public key in the token belongs to another private key. Set KeyId, or remove the one that is left over.");
    }

    protected override void Dispose(bool disposing)
    {
        _session.Dispose();
        base.Dispose(disposing);
    }

    private static byte[] FindPublicKey(ISession session, IObjectHandle privateKey, DeviceKey key)
    {
        // By the private key's own id: labels are given twice more often.
        var id = Ed25519Objects.Read(session, privateKey, CKA.CKA_ID) is { Length: > 0 } own ? own : key.Id;
        var candidates = session.FindAllObjects(Ed25519Objects.Search(CKO.CKO_PUBLIC_KEY, key.Label, id))
            .Prepend(privateKey)
            .Select(handle => Ed25519Objects.Read(session, handle, CKA.CKA_EC_POINT))
            .OfType<byte[]>()
            .Select(point => Ed25519Objects.ReadPoint(point))
            .OfType<byte[]>()
            .DistinctBy(Convert.ToHexString)
            .ToArray();
        return candidates switch
        {
            [var only] => only,
            [] => throw DeviceFailure.Because(
                key.ToString(), "The token has no public key beside it that can be read (CKA_EC_POINT). Import the public key under the same label and id."),
            _ => throw DeviceFailure.Because(key.ToString(), "Several public keys match. Set KeyId, or remove those that are left over."),
        };
    }
}
