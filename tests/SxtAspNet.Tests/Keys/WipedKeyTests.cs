using System.Buffers;
using System.Buffers.Text;
using System.Formats.Asn1;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;

namespace SxtAspNet.Tests.Keys;

/// <summary>
/// After a key was opened, used and disposed, no copy of it is in this process's memory: not of its seed, and not of what the file held.
/// </summary>
[UnsupportedOSPlatform("windows")]
public sealed class WipedKeyTests : KeyFileTests
{
    private const string Password = "correct-horse";

    // RFC 8410, before the 32 bytes of the seed.
    private static readonly byte[] Pkcs8Prefix = Convert.FromHexString("302e020100300506032b657004220420");

    private readonly List<byte[]> _secrets = [];

    private delegate ReadOnlySpan<byte> Append(ReadOnlySpan<byte> data);

    public static TheoryData<string> Forms =>
        ["pair", "hex", "base64", "PEM", "DER", ".env", "credentials.json", "Go", "JWK", "encrypted PEM", "encrypted DER"];

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Nothing_of_a_key_that_was_used_and_disposed_is_in_memory(string form)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux shows a process its own memory (/proc/self/mem).");
        var path = WriteKey(form);
        AssertAllWiped();

        using (await OpenAndUseAsync(path))
        {
            // The seed is here now, so what finds nothing afterwards can find something.
            Assert.NotEqual(0, OwnMemory.Count(_secrets)[0]);
        }

        AssertAllWiped();
    }

    [Theory]
    [InlineData("the public key of another key")]
    [InlineData("a wrong password")]
    [InlineData("text after the key")]
    public async Task Nothing_of_a_key_that_could_not_be_opened_is_in_memory(string problem)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux shows a process its own memory (/proc/self/mem).");
        var path = problem switch
        {
            "a wrong password" => WriteKey("encrypted PEM"),
            "text after the key" => WriteKey("base64", suffix: "!"),
            _ => WriteKey("JWK", publicKey: RandomNumberGenerator.GetBytes(32)),
        };

        await FailAsync(new SxtKeyOptions { File = path, Password = problem == "a wrong password" ? "wrong" : null });

        AssertAllWiped();
    }

    private void AssertAllWiped() => Assert.All(OwnMemory.Count(_secrets), times => Assert.Equal(0, times));

    private async Task<SxtCredential> OpenAndUseAsync(string path)
    {
        var options = new SxtKeyOptions { File = path, Password = path.Contains("encrypted", StringComparison.Ordinal) ? Password : null };
        var key = (SxtSigningKey)await new FileKeySource(options, Logger).OpenAsync(TestContext.Current.CancellationToken);
        await key.SignAsync(new byte[] { 1, 2, 3 }, TestContext.Current.CancellationToken);
        Assert.True(key.TryDeriveSecret("test"u8, new byte[32]));
        return key;
    }

    private string WriteKey(string form, byte[]? publicKey = null, string suffix = "")
    {
        using var seed = new SecretBuffer<byte>(32);
        RandomNumberGenerator.Fill(seed.Span);
        _secrets.Add(OwnMemory.Disguise(seed.Span));
        using var key = new SeedSigningKey(seed.Span);
        publicKey ??= key.PublicKey.ToArray();
        using var pair = new SecretText();
        pair.Append(seed.Span, publicKey);
        using var der = new SecretText();
        der.Append(Pkcs8Prefix, seed.Span);

        using var content = new SecretText();
        switch (form)
        {
            case "pair":
                content.Append(pair.Span);
                break;
            case "DER":
                content.Append(der.Span);
                break;
            case "encrypted DER":
                content.Append(Encrypt(der.Span));
                break;
            case "hex":
                Put(""u8, content.AppendHex, seed.Span, ""u8);
                break;
            case "base64":
                Put(""u8, content.AppendBase64, seed.Span, ""u8);
                break;
            case ".env":
                Put("USER_PRIVATE_KEY=\""u8, content.AppendBase64, seed.Span, "\"\n"u8);
                break;
            case "credentials.json":
                Put("{\"privateKeyB64_64\":\""u8, content.AppendBase64, pair.Span, "\"}"u8);
                break;
            case "Go":
                Put("{\"privateKey\":\""u8, content.AppendBase64, pair.Span, "\"}"u8);
                break;
            case "JWK":
                Put("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"d\":\""u8, content.AppendBase64Url, seed.Span, "\",\"x\":\""u8);
                content.AppendBase64Url(publicKey);
                content.Append("\"}"u8);
                break;
            case "PEM":
                Put("-----BEGIN PRIVATE KEY-----\n"u8, content.AppendBase64, der.Span, "\n-----END PRIVATE KEY-----\n"u8);
                break;
            case "encrypted PEM":
                Put("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"u8, content.AppendBase64, Encrypt(der.Span), "\n-----END ENCRYPTED PRIVATE KEY-----\n"u8);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(form));
        }

        content.Append(Encoding.UTF8.GetBytes(suffix));
        var path = At(form);
        using var file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.Write);
        RandomAccess.Write(file, content.Span, 0);
        File.SetUnixFileMode(file, Private);
        return path;

        void Put(ReadOnlySpan<byte> before, Append append, ReadOnlySpan<byte> secret, ReadOnlySpan<byte> after)
        {
            content.Append(before);
            Remember(append(secret));
            content.Append(after);
        }
    }

    /// <summary>An encoded key is to be found neither as the file has it nor as characters of .NET.</summary>
    private void Remember(ReadOnlySpan<byte> text)
    {
        _secrets.Add(OwnMemory.Disguise(text));
        using var characters = new SecretBuffer<char>(text.Length);
        Encoding.ASCII.GetChars(text, characters.Span);
        _secrets.Add(OwnMemory.Disguise(MemoryMarshal.AsBytes(characters.Span)));
    }

    /// <summary>PBES2 with PBKDF2 and AES (RFC 8018), as openssl writes it.</summary>
    private static byte[] Encrypt(ReadOnlySpan<byte> plaintext)
    {
        const int iterations = 2048;
        var (salt, iv) = (RandomNumberGenerator.GetBytes(8), RandomNumberGenerator.GetBytes(16));
        using var aes = Aes.Create();
        aes.Key = Rfc2898DeriveBytes.Pbkdf2(Password, salt, iterations, HashAlgorithmName.SHA256, 32);
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier("1.2.840.113549.1.5.13");
                using var parameters = writer.PushSequence();
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier("1.2.840.113549.1.5.12");
                    using var derivation = writer.PushSequence();
                    writer.WriteOctetString(salt);
                    writer.WriteInteger(iterations);
                    using var hash = writer.PushSequence();
                    writer.WriteObjectIdentifier("1.2.840.113549.2.9");
                    writer.WriteNull();
                }

                using var cipher = writer.PushSequence();
                writer.WriteObjectIdentifier("2.16.840.1.101.3.4.1.42");
                writer.WriteOctetString(iv);
            }

            writer.WriteOctetString(aes.EncryptCbc(plaintext, iv));
        }

        return writer.Encode();
    }

    /// <summary>Bytes that are written one after another and wiped in the end.</summary>
    private sealed class SecretText : IDisposable
    {
        private readonly SecretBuffer<byte> _buffer = new(1024);
        private int _length;

        public ReadOnlySpan<byte> Span => _buffer.Span[.._length];

        private Span<byte> Free => _buffer.Span[_length..];

        public void Dispose() => _buffer.Dispose();

        public void Append(ReadOnlySpan<byte> data, ReadOnlySpan<byte> more = default)
        {
            data.CopyTo(Free);
            more.CopyTo(Free[data.Length..]);
            Added(data.Length + more.Length);
        }

        public ReadOnlySpan<byte> AppendHex(ReadOnlySpan<byte> data)
        {
            Assert.True(Convert.TryToHexStringLower(data, Free, out var written));
            return Added(written);
        }

        public ReadOnlySpan<byte> AppendBase64(ReadOnlySpan<byte> data)
        {
            Assert.Equal(OperationStatus.Done, Base64.EncodeToUtf8(data, Free, out _, out var written));
            return Added(written);
        }

        public ReadOnlySpan<byte> AppendBase64Url(ReadOnlySpan<byte> data) => Added(Base64Url.EncodeToUtf8(data, Free));

        private ReadOnlySpan<byte> Added(int length)
        {
            _length += length;
            return Span[^length..];
        }
    }
}
