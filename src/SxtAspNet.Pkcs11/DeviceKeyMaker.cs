using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace SxtAspNet.Pkcs11;

/// <summary>Makes a key inside a device, where it stays: sensitive, not extractable, for signing only.</summary>
internal static class DeviceKeyMaker
{
    /// <summary>Makes a key pair under the label and id that are given; without an id, the first bytes of the public key become it.</summary>
    /// <returns>The public key.</returns>
    /// <exception cref="SxtAuthenticationException">
    /// <see cref="SxtFailureReason.KeyUnavailable"/>: there is a key of that name already, or the device can't make one.
    /// </exception>
    public static byte[] Make(DeviceKey key, ReadOnlySpan<byte> pin)
    {
        using var opened = TokenSession.Open(key, SessionType.ReadWrite, pin);
        return opened.Use(session =>
        {
            if (session.FindAllObjects(Ed25519Objects.Search(CKO.CKO_PRIVATE_KEY, key.Label, key.Id)).Count > 0)
            {
                throw DeviceFailure.Because(key.ToString(), "The token has a private key of that name already, which is left as it is. Give another label or id.");
            }

            return Generate(session, key);
        });
    }

    private static byte[] Generate(ISession session, DeviceKey key)
    {
        var attributes = Modules.Factories.ObjectAttributeFactory;
        List<IObjectAttribute> name = [attributes.Create(CKA.CKA_TOKEN, true)];
        if (key.Label is not null)
        {
            name.Add(attributes.Create(CKA.CKA_LABEL, key.Label));
        }

        if (key.Id is not null)
        {
            name.Add(attributes.Create(CKA.CKA_ID, key.Id));
        }

        using var mechanism = Modules.Factories.MechanismFactory.Create(Ed25519Objects.KeyPairGeneration);
        session.GenerateKeyPair(
            mechanism,
            [.. name, attributes.Create(CKA.CKA_VERIFY, true), attributes.Create(CKA.CKA_EC_PARAMS, Ed25519Objects.CurveByName.ToArray())],
            [
                .. name,
                attributes.Create(CKA.CKA_PRIVATE, true),
                attributes.Create(CKA.CKA_SENSITIVE, true),
                attributes.Create(CKA.CKA_EXTRACTABLE, false),
                attributes.Create(CKA.CKA_SIGN, true),
            ],
            out var publicKey,
            out var privateKey);
        var point = Ed25519Objects.Read(session, publicKey, CKA.CKA_EC_POINT);
        if (point is null || Ed25519Objects.ReadPoint(point) is not { } made)
        {
            throw DeviceFailure.Because(key.ToString(), "A key was made, but the device does not give its public key (CKA_EC_POINT).");
        }

        if (key.Id is null)
        {
            // Public and private key belong together by their id.
            foreach (var half in new[] { publicKey, privateKey })
            {
                session.SetAttributeValue(half, [attributes.Create(CKA.CKA_ID, made[..8])]);
            }
        }

        return made;
    }
}
