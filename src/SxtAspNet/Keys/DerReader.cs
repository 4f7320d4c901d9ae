using System.Formats.Asn1;

namespace SxtAspNet;

/// <summary>
/// Reads DER from a span. <see cref="AsnReader"/> wants memory on the heap and copies what it returns; here the secret
/// stays where it is. Anything malformed throws <see cref="AsnContentException"/>.
/// </summary>
internal ref struct DerReader(ReadOnlySpan<byte> data)
{
    internal ReadOnlySpan<byte> Rest { get; private set; } = data;

    internal readonly bool NextIs(Asn1Tag tag) =>
        Asn1Tag.TryDecode(Rest, out Asn1Tag next, out _) && next.HasSameClassAndValue(tag);

    internal DerReader ReadSequence()
    {
        AsnDecoder.ReadSequence(Rest, AsnEncodingRules.DER, out int offset, out int length, out int consumed);
        var content = new DerReader(Rest.Slice(offset, length));
        Rest = Rest[consumed..];
        return content;
    }

    /// <summary>Reads an integer; <see langword="false"/> when it does not fit.</summary>
    internal bool TryReadInt32(out int value)
    {
        bool fits = AsnDecoder.TryReadInt32(Rest, AsnEncodingRules.DER, out value, out int consumed);
        Rest = Rest[consumed..];
        return fits;
    }

    internal string ReadObjectIdentifier()
    {
        string oid = AsnDecoder.ReadObjectIdentifier(Rest, AsnEncodingRules.DER, out int consumed);
        Rest = Rest[consumed..];
        return oid;
    }

    internal ReadOnlySpan<byte> ReadOctetString()
    {
        bool primitive = AsnDecoder.TryReadPrimitiveOctetString(
            Rest, AsnEncodingRules.DER, out ReadOnlySpan<byte> value, out int consumed);
        ThrowUnless(primitive);
        Rest = Rest[consumed..];
        return value;
    }

    internal ReadOnlySpan<byte> ReadBitString(Asn1Tag tag)
    {
        bool primitive = AsnDecoder.TryReadPrimitiveBitString(
            Rest, AsnEncodingRules.DER, out int unused, out ReadOnlySpan<byte> value, out int consumed, tag);
        ThrowUnless(primitive && unused == 0);
        Rest = Rest[consumed..];
        return value;
    }

    internal void Skip()
    {
        AsnDecoder.ReadEncodedValue(Rest, AsnEncodingRules.DER, out _, out _, out int consumed);
        Rest = Rest[consumed..];
    }

    internal readonly void ThrowIfNotEmpty() => ThrowUnless(Rest.IsEmpty);

    private static void ThrowUnless(bool wellFormed)
    {
        if (!wellFormed)
        {
            throw new AsnContentException();
        }
    }
}
