using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;

namespace SxtAspNet;

/// <summary>
/// A key in a JSON object: the credentials.json of the Node.js SDK, the file that the Go SDK stores a session in, or an OKP
/// JWK (RFC 8037). The members are kept as slices of the text, so that no string with a secret is left to the garbage collector.
/// </summary>
internal ref struct JsonKey
{
    private ReadOnlySpan<byte> _nodePrivate;
    private ReadOnlySpan<byte> _nodePublic;
    private ReadOnlySpan<byte> _goPrivate;
    private ReadOnlySpan<byte> _goPublic;
    private ReadOnlySpan<byte> _type;
    private ReadOnlySpan<byte> _curve;
    private ReadOnlySpan<byte> _private;
    private ReadOnlySpan<byte> _public;

    internal static SeedSigningKey Read(ReadOnlySpan<byte> json)
    {
        try
        {
            JsonKey members = ReadMembers(json);
            return (members._nodePrivate.IsEmpty, members._goPrivate.IsEmpty) switch
            {
                (true, true) => members.ReadJwk().ReadFrom("JWK"),
                (false, true) => ReadPair(members._nodePrivate, "privateKeyB64_64", members._nodePublic, "publicKeyB64_32")
                    .ReadFrom("privateKeyB64_64 in a credentials.json"),
                (true, false) => ReadPair(members._goPrivate, "privateKey", members._goPublic, "publicKey")
                    .ReadFrom("privateKey in a file of the Go SDK"),
                _ => throw KeyFormats.Rejected("The JSON object has both privateKeyB64_64 and privateKey; which one is meant?"),
            };
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The cause quotes the text around the mistake, so it is not passed on.
            throw KeyFormats.Rejected("The content starts like JSON, but is malformed.");
        }
    }

    private static JsonKey ReadMembers(ReadOnlySpan<byte> json)
    {
        var members = default(JsonKey);
        var reader = new Utf8JsonReader(json);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("privateKeyB64_64"u8))
            {
                Take(json, ref reader, ref members._nodePrivate);
            }
            else if (reader.ValueTextEquals("publicKeyB64_32"u8))
            {
                Take(json, ref reader, ref members._nodePublic);
            }
            else if (reader.ValueTextEquals("privateKey"u8))
            {
                Take(json, ref reader, ref members._goPrivate);
            }
            else if (reader.ValueTextEquals("publicKey"u8))
            {
                Take(json, ref reader, ref members._goPublic);
            }
            else if (reader.ValueTextEquals("kty"u8))
            {
                Take(json, ref reader, ref members._type);
            }
            else if (reader.ValueTextEquals("crv"u8))
            {
                Take(json, ref reader, ref members._curve);
            }
            else if (reader.ValueTextEquals("d"u8))
            {
                Take(json, ref reader, ref members._private);
            }
            else if (reader.ValueTextEquals("x"u8))
            {
                Take(json, ref reader, ref members._public);
            }
            else
            {
                reader.Skip();
            }
        }

        // Anything after the object is malformed too; the reader says so when it is asked once more.
        reader.Read();
        return members;
    }

    /// <summary>Keeps the member's value as it stands in the text, quotes included.</summary>
    private static void Take(ReadOnlySpan<byte> json, ref Utf8JsonReader reader, ref ReadOnlySpan<byte> member)
    {
        if (!member.IsEmpty)
        {
            throw KeyFormats.Rejected("The JSON object has a member twice; which one is meant?");
        }

        if (!reader.Read() || reader.TokenType != JsonTokenType.String)
        {
            throw KeyFormats.Rejected("The JSON object has a key that is not a string.");
        }

        member = json[(int)reader.TokenStartIndex..(int)reader.BytesConsumed];
    }

    /// <summary>Reads a private key, and holds it against the public one beside it, if there is one.</summary>
    private static SeedSigningKey ReadPair(
        ReadOnlySpan<byte> privateMember, string privateName, ReadOnlySpan<byte> publicMember, string publicName)
    {
        using SecretBuffer<byte> privateText = Unescape(privateMember);
        using SecretBuffer<byte>? privateKey = EncodedSeed.Decode(privateText.Span.Trim(KeyFormats.Whitespace));
        if (privateKey is null)
        {
            throw KeyFormats.Rejected($"{privateName} in the JSON object is not base64.");
        }

        if (publicMember.IsEmpty)
        {
            return EncodedSeed.Create(privateKey.Span, publicKey: default, privateName);
        }

        using SecretBuffer<byte> publicText = Unescape(publicMember);
        using SecretBuffer<byte>? publicKey = EncodedSeed.Decode(publicText.Span.Trim(KeyFormats.Whitespace));
        return publicKey?.Span.Length == SxtSigningKey.PublicKeySize
            ? EncodedSeed.Create(privateKey.Span, publicKey.Span, privateName)
            : throw KeyFormats.Rejected($"{publicName} in the JSON object is not base64 of 32 bytes.");
    }

    private readonly SeedSigningKey ReadJwk()
    {
        if (_type.IsEmpty)
        {
            throw KeyFormats.Rejected(_nodePublic.IsEmpty
                ? "The JSON object has neither privateKeyB64_64 nor privateKey nor the members of a JWK."
                : "The JSON object has publicKeyB64_32, but not privateKeyB64_64.");
        }

        if (!Holds(_type, "OKP"u8) || !Holds(_curve, "Ed25519"u8))
        {
            throw KeyFormats.Rejected("The JWK is of another kind: kty must be OKP, and crv must be Ed25519.");
        }

        if (_private.IsEmpty)
        {
            throw KeyFormats.Rejected("The JWK is a public key; the private key, member d, is needed.");
        }

        if (_public.IsEmpty)
        {
            throw KeyFormats.Rejected("The JWK has no public key, member x, which RFC 8037 demands.");
        }

        using SecretBuffer<byte> seed = DecodeUrl(_private, "d");
        using SecretBuffer<byte> publicKey = DecodeUrl(_public, "x");
        return SeedSigningKey.Create(seed.Span, publicKey.Span);
    }

    private static SecretBuffer<byte> DecodeUrl(ReadOnlySpan<byte> member, string name)
    {
        using SecretBuffer<byte> text = Unescape(member);
        var decoded = new SecretBuffer<byte>(Base64Url.GetMaxDecodedLength(text.Span.Length));
        OperationStatus status = Base64Url.DecodeFromUtf8(text.Span, decoded.Span, out _, out int written);
        if (status != OperationStatus.Done || written != SxtSigningKey.SeedSize)
        {
            decoded.Dispose();
            throw KeyFormats.Rejected($"Member {name} of the JWK is not base64url of 32 bytes.");
        }

        decoded.Truncate(written);
        return decoded;
    }

    private static bool Holds(ReadOnlySpan<byte> member, ReadOnlySpan<byte> value)
    {
        if (member.IsEmpty)
        {
            return false;
        }

        var reader = new Utf8JsonReader(member);
        return reader.Read() && reader.ValueTextEquals(value);
    }

    /// <summary>Undoes escapes: System.Text.Json, for one, writes the + of base64 as \u002B.</summary>
    private static SecretBuffer<byte> Unescape(ReadOnlySpan<byte> member)
    {
        var reader = new Utf8JsonReader(member);
        reader.Read();
        var text = new SecretBuffer<byte>(member.Length);
        try
        {
            text.Truncate(reader.CopyString(text.Span));
            return text;
        }
        catch (InvalidOperationException)
        {
            text.Dispose();
            throw;
        }
    }
}
