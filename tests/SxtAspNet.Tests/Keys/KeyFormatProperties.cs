using System.Text;
using CsCheck;
using static SxtAspNet.Tests.Keys.KeyVectors;

namespace SxtAspNet.Tests.Keys;

/// <summary>Whatever is in a file: it is a key, or a <see cref="FormatException"/> that does not quote it.</summary>
public sealed class KeyFormatProperties
{
    /// <summary>Words of the forms themselves. A message may name them, and a file holds them.</summary>
    private static readonly string[] Vocabulary =
    [
        "SXT_USER_PRIVATE_KEY", "SXT_USER_PUBLIC_KEY", "USER_PRIVATE_KEY", "USER_PUBLIC_KEY",
        "privateKeyB64_64", "publicKeyB64_32", "privateKey", "publicKey", "Ed25519",
    ];

    private static readonly byte[][] GoodInputs =
    [
        Utf8(Pem), Der, Utf8(PemWithText), Utf8(Rfc8410PemVersion2), Utf8(EncryptedPem),
        Convert.FromBase64String(EncryptedDerBase64), Utf8(SeedBase64), Utf8(SeedHex), Utf8(PairBase64), Utf8(DotEnv),
        Utf8(DotEnv.Replace("USER_P", "SXT_USER_P", StringComparison.Ordinal)), Utf8(NodeCredentials), Utf8(GoSession), Utf8(Jwk), [.. Seed, .. PublicKey], Encoding.Unicode.GetBytes(Pem),
    ];

    private static readonly Gen<byte[]> Mutated = Gen.Select(
        Gen.Int[0, GoodInputs.Length - 1],
        Gen.Select(Gen.Int[0, 4], Gen.Double[0, 1], Gen.Byte.Array[0, 4]).Array[1, 4],
        static (input, mutations) => mutations.Aggregate(GoodInputs[input], Mutate));

    [Fact]
    public void Random_bytes_are_a_key_or_a_FormatException() =>
        Gen.Byte.Array[0, 200].Sample(static bytes => Check(bytes, password: null), iter: 20_000);

    [Fact]
    public void Random_text_is_a_key_or_a_FormatException() =>
        Gen.Char["{}[]\":,=#'\\\n\r\t +/-AUSERx_kty019"].Array[0, 120]
            .Sample(static text => Check(Utf8(new string(text)), password: null), iter: 20_000);

    [Fact]
    public void A_damaged_key_is_a_key_or_a_FormatException() =>
        Mutated.Sample(static bytes => Check(bytes, password: null), iter: 20_000);

    [Fact]
    public void A_damaged_key_with_a_password_is_a_key_or_a_FormatException() =>
        Mutated.Sample(static bytes => Check(bytes, Password), iter: 2_000);

    private static byte[] Mutate(byte[] input, (int Kind, double Where, byte[] Bytes) mutation)
    {
        int at = (int)(mutation.Where * input.Length);
        int to = Math.Min(at + mutation.Bytes.Length, input.Length);
        return mutation.Kind switch
        {
            0 => input[..at],
            1 => [.. input[..at], .. mutation.Bytes, .. input[at..]],
            2 => [.. input[..at], .. mutation.Bytes[..(to - at)], .. input[to..]],
            3 => [.. input[..at], .. input[to..]],
            _ => [.. input, .. input[at..]],
        };
    }

    private static void Check(byte[] content, string? password)
    {
        try
        {
            SxtSigningKey.Parse(content, password).Dispose();
        }
        catch (FormatException exception)
        {
            Assert.Null(exception.InnerException);
            string message = Vocabulary.Aggregate(
                exception.Message, (text, word) => text.Replace(word, "\0", StringComparison.Ordinal));
            Assert.DoesNotContain(Windows(content), part => message.Contains(part, StringComparison.Ordinal));
        }
    }

    /// <summary>All runs of eight characters in the content without a blank, which a sentence has.</summary>
    private static IEnumerable<string> Windows(byte[] content)
    {
        const int length = 8;
        string text = Encoding.Latin1.GetString(content);
        return Enumerable.Range(0, Math.Max(0, text.Length - length + 1))
            .Select(start => text.Substring(start, length))
            .Where(part => !part.Contains(' '));
    }
}
