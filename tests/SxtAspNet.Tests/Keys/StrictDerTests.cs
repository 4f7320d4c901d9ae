using System.Formats.Asn1;
using System.Security.Cryptography;
using static SxtAspNet.Tests.Keys.KeyVectors;

namespace SxtAspNet.Tests.Keys;

/// <summary>DER says each thing in one way: whatever is added to a key, at whatever place, is damage.</summary>
public sealed class StrictDerTests
{
    private static readonly byte[] Version2 = ReadPem(Rfc8410PemVersion2);

    private static readonly byte[] Encrypted = Convert.FromBase64String(EncryptedDerBase64);

    [Fact]
    public void Something_more_in_any_sequence_of_a_key_is_refused()
    {
        byte[][] all = [.. Extended(Der), .. Extended(Version2)];

        Assert.Equal(4, all.Length);
        Assert.All(all, der => Assert.Contains("malformed", MessageFor(der), StringComparison.Ordinal));
    }

    [Fact]
    public void Something_more_in_any_sequence_of_an_encrypted_key_is_refused()
    {
        // But for the hash's algorithm, of which a NULL is the usual parameter.
        byte[][] all = [.. Extended(Encrypted)];

        Assert.Equal(6, all.Length);
        Assert.All(all, der => MessageFor(der, Password));
    }

    [Fact]
    public void Something_more_behind_the_seed_is_refused()
    {
        byte[] der = Rewrite(Der, 2, _ => WriteOctets([0x04, 0x20, .. new byte[32], 0x05, 0x00]));

        Assert.Contains("malformed", MessageFor(der), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(31)]
    [InlineData(33)]
    public void A_seed_of_another_length_is_said(int length)
    {
        byte[] der = Rewrite(Der, 2, _ => WriteOctets([0x04, (byte)length, .. new byte[length]]));

        Assert.Contains($"{length} bytes instead of 32", MessageFor(der), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(31)]
    [InlineData(33)]
    public void A_public_key_of_another_length_is_said(int length)
    {
        byte[] der = Rewrite(Version2, 4, _ => [0x81, (byte)(length + 1), 0, .. new byte[length]]);

        Assert.Contains($"its public key has {length} bytes instead of 32", MessageFor(der), StringComparison.Ordinal);
    }

    [Fact]
    public void A_public_key_that_is_no_number_of_bytes_is_refused()
    {
        byte[] der = Rewrite(Version2, 4, _ => [0x81, 33, 1, .. new byte[32]]);

        Assert.Contains("malformed", MessageFor(der), StringComparison.Ordinal);
    }

    [Fact]
    public void The_public_key_of_another_key_is_refused()
    {
        byte[] der = Rewrite(Version2, 4, _ => [0x81, 33, 0, .. new byte[32]]);

        Assert.Contains("does not belong to its private key", MessageFor(der), StringComparison.Ordinal);
    }

    private static byte[] ReadPem(string pem) =>
        PemEncoding.TryFind(pem, out PemFields fields) ? Convert.FromBase64String(pem[fields.Base64Data]) : [];

    /// <summary>The value, once for each sequence in it, with a NULL at that sequence's end.</summary>
    private static IEnumerable<byte[]> Extended(byte[] value)
    {
        if (value[0] != 0x30)
        {
            yield break;
        }

        byte[][] children = ReadAll(value);
        yield return Write([.. children, [0x05, 0x00]]);
        for (int i = 0; i < children.Length; i++)
        {
            foreach (byte[] extended in Extended(children[i]).Where(_ => !IsHash(children)))
            {
                yield return Write([.. children[..i], extended, .. children[(i + 1)..]]);
            }
        }
    }

    /// <summary>The parameters of PBKDF2 end with the hash.</summary>
    private static bool IsHash(byte[][] children) => children[0][0] == 0x04;

    private static byte[] Rewrite(byte[] sequence, int child, Func<byte[], byte[]> rewrite)
    {
        byte[][] children = ReadAll(sequence);
        children[child] = rewrite(children[child]);
        return Write(children);
    }

    private static byte[][] ReadAll(byte[] sequence)
    {
        AsnReader reader = new AsnReader(sequence, AsnEncodingRules.DER).ReadSequence();
        List<byte[]> children = [];
        while (reader.HasData)
        {
            children.Add(reader.ReadEncodedValue().ToArray());
        }

        return [.. children];
    }

    private static byte[] Write(byte[][] children)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (byte[] child in children)
            {
                writer.WriteEncodedValue(child);
            }
        }

        return writer.Encode();
    }

    private static byte[] WriteOctets(byte[] content)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteOctetString(content);
        return writer.Encode();
    }
}
