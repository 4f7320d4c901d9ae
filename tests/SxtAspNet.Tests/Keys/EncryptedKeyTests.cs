using System.Formats.Asn1;
using System.Security.Cryptography;
using static SxtAspNet.Tests.Keys.KeyVectors;

namespace SxtAspNet.Tests.Keys;

public sealed class EncryptedKeyTests
{
    // openssl pkcs8 -topk8 -in key.pem -v1 PBE-SHA1-3DES -passout pass:correct-horse
    private const string Pbes1 =
        """
        -----BEGIN ENCRYPTED PRIVATE KEY-----
        MFgwHAYKKoZIhvcNAQwBAzAOBAgFZz/VLNSLZAICCAAEOEeJ96ZKl8bMoIoNkfw7
        omS4y5QEN/nZ7K2ZtIcRPt2OHNwEcU6A8QPIGMOz4Fs7vOIGg05xODX2
        -----END ENCRYPTED PRIVATE KEY-----
        """;

    // openssl pkcs8 -topk8 -in key.pem -scrypt -passout pass:correct-horse
    private const string Scrypt =
        """
        -----BEGIN ENCRYPTED PRIVATE KEY-----
        MIGTME8GCSqGSIb3DQEFDTBCMCEGCSsGAQQB2kcECzAUBAg1pEQm0Gm/gAICQAAC
        AQgCAQEwHQYJYIZIAWUDBAEqBBByDkIqRqynxsSnAKk+ZiPRBEC1JoRicEoslqQh
        o/VeaE8eaNsFY8KhxOiE+CpSdma1gvXA0um3dLyQPgv3uCkmH/7lwaNIfjw6AzZR
        pOmo+FZS
        -----END ENCRYPTED PRIVATE KEY-----
        """;

    // openssl pkcs8 -topk8 -in key.pem -v2 des3 -passout pass:correct-horse
    private const string TripleDes =
        """
        -----BEGIN ENCRYPTED PRIVATE KEY-----
        MIGKME4GCSqGSIb3DQEFDTBBMCkGCSqGSIb3DQEFDDAcBAgtvAHHzJdxFQICCAAw
        DAYIKoZIhvcNAgkFADAUBggqhkiG9w0DBwQIvez+Lyd0cJAEONNHOZQWaAFEEyIG
        hyLuT8UiLYH0CfKJ9FZlm3ybLH/nqUO4bbIKEniRdNMcBlAAjBH7r1Gu1rAC
        -----END ENCRYPTED PRIVATE KEY-----
        """;

    // openssl pkcs8 -topk8 -in key.pem -v2 aes-256-cbc -iter 10000001 -passout pass:correct-horse
    private const string TenMillionAndOneRounds =
        """
        -----BEGIN ENCRYPTED PRIVATE KEY-----
        MIGdMFkGCSqGSIb3DQEFDTBMMCsGCSqGSIb3DQEFDDAeBAi08owWLnaNmwIEAJiW
        gTAMBggqhkiG9w0CCQUAMB0GCWCGSAFlAwQBKgQQ9Wdz2/k8f4mufFVnqBxJMwRA
        TUth7EgGKVYu9OFqrzMHERNHtSqbBEuUbyVCzHOZZsUdX/29/HlvAM8/bgOEcWUf
        RbHL9JztutJ9zm6R0EPfsw==
        -----END ENCRYPTED PRIVATE KEY-----
        """;

    // openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 | openssl pkcs8 -topk8 -passout pass:correct-horse
    private const string EncryptedEcKey =
        """
        -----BEGIN ENCRYPTED PRIVATE KEY-----
        MIHsMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAjCDgfGPGm8MQICCAAw
        DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEN4/eGf+tM7DBsmLXu1WlagEgZCX
        3s9ugn52dJZl/asPe1PQ9R1MQcK0XK33ZxQWCPHAk8NfAFFDUlCEpwkdxlom0Cu3
        4fAT0qc//s4o+gGcdW37DrjgP+OrkiD4MuaQdM3jHs4RG+miGrfkJ3mRO18AeTvv
        8ww2l3Kb1ey1LA1XMqv4UiH/qc48xMnJJhCIRU8OroPRfJ2RQ5yIScUtuMzA05k=
        -----END ENCRYPTED PRIVATE KEY-----
        """;

    [Fact]
    public void Encrypted_PEM_is_read() => Assert.Equal(PublicKeyHex, PublicKeyOf(EncryptedPem, Password));

    [Fact]
    public void Encrypted_DER_is_read() =>
        Assert.Equal(PublicKeyHex, PublicKeyOf(Convert.FromBase64String(EncryptedDerBase64), Password));

    [Fact]
    public void AES_128_with_SHA_1_is_read() =>
        Assert.Equal(PublicKeyHex, PublicKeyOf(EncryptedPemAes128Sha1, Password));

    [Fact]
    public void AES_192_with_SHA_512_and_a_password_beyond_ASCII_is_read() =>
        Assert.Equal(PublicKeyHex, PublicKeyOf(EncryptedPemAes192Sha512, "pässwörd"));

    [Fact]
    public void A_key_of_version_2_inside_is_read()
    {
        byte[] inner = System.Security.Cryptography.PemEncoding.TryFind(Rfc8410PemVersion2, out PemFields fields)
            ? Convert.FromBase64String(Rfc8410PemVersion2[fields.Base64Data])
            : [];

        Assert.Equal(Rfc8410PublicKeyHex, PublicKeyOf(Encrypt(inner, Password, rounds: 1), Password));
    }

    [Fact]
    public void A_missing_password_is_said() =>
        Assert.Contains("no password was given", MessageFor(EncryptedPem), StringComparison.Ordinal);

    [Fact]
    public void A_wrong_password_is_said() =>
        Assert.Contains("password is wrong", MessageFor(EncryptedPem, "wrong-horse"), StringComparison.Ordinal);

    [Fact]
    public void What_only_lacks_a_password_gets_no_list_of_forms()
    {
        Assert.DoesNotContain("Accepted", MessageFor(EncryptedPem), StringComparison.Ordinal);
        Assert.DoesNotContain("Accepted", MessageFor(EncryptedPem, "wrong-horse"), StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_a_wrong_password_decrypts_to_the_message_is_the_same()
    {
        byte[] content = Encrypt(Der, Password, rounds: 1);

        // About one of 256 passwords leaves a valid padding by chance, so that the DER inside is what is wrong.
        Assert.Single(Enumerable.Range(0, 2000).Select(n => MessageFor(content, $"wrong {n}")).Distinct());
    }

    [Fact]
    public void No_message_holds_the_password() =>
        Assert.DoesNotContain("wrong-horse", MessageFor(EncryptedPem, "wrong-horse"), StringComparison.Ordinal);

    [Fact]
    public void A_file_that_asks_for_too_many_rounds_is_refused() =>
        Assert.Contains("more PBKDF2 rounds", MessageFor(TenMillionAndOneRounds, Password), StringComparison.Ordinal);

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(long.MaxValue)]
    public void A_number_of_rounds_that_makes_no_sense_is_refused(long rounds) =>
        Assert.Contains(
            "PBKDF2 rounds",
            MessageFor(Encrypt(Der, Password, 1, statedRounds: rounds), Password),
            StringComparison.Ordinal);

    [Fact]
    public void A_key_length_that_contradicts_the_cipher_is_refused() =>
        Assert.Contains(
            "lengths", MessageFor(Encrypt(Der, Password, 1, keyLength: 16), Password), StringComparison.Ordinal);

    [Fact]
    public void A_key_length_that_fits_the_cipher_is_read() =>
        Assert.Equal(PublicKeyHex, PublicKeyOf(Encrypt(Der, Password, 1, keyLength: 32), Password));

    [Theory]
    [InlineData(Pbes1, "another scheme than PBES2")]
    [InlineData(Scrypt, "another key derivation than PBKDF2")]
    [InlineData(TripleDes, "another cipher than AES-CBC")]
    public void Other_encryption_is_refused_with_the_way_out(string content, string problem)
    {
        string message = MessageFor(content, Password);

        Assert.Contains(problem, message, StringComparison.Ordinal);
        Assert.Contains("openssl pkcs8 -topk8", message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_encrypted_key_of_another_algorithm_is_named() =>
        Assert.Contains("an EC key", MessageFor(EncryptedEcKey, Password), StringComparison.Ordinal);

    [Fact]
    public void Every_truncation_is_refused()
    {
        byte[] content = Encrypt(Der, Password, rounds: 1);

        Assert.All(Enumerable.Range(0, content.Length), length => MessageFor(content[..length], Password));
    }

    /// <summary>PBES2 with AES-256, naming no hash, which means SHA-1; openssl does not write these forms.</summary>
    private static byte[] Encrypt(
        byte[] plaintext, string password, int rounds, long? statedRounds = null, int? keyLength = null)
    {
        byte[] salt = [1, 2, 3, 4, 5, 6, 7, 8];
        byte[] iv = new byte[16];
        using var aes = Aes.Create();
        aes.Key = Rfc2898DeriveBytes.Pbkdf2(password, salt, rounds, HashAlgorithmName.SHA1, 32);
        byte[] ciphertext = aes.EncryptCbc(plaintext, iv);

        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier("1.2.840.113549.1.5.13");
                using (writer.PushSequence())
                {
                    using (writer.PushSequence())
                    {
                        writer.WriteObjectIdentifier("1.2.840.113549.1.5.12");
                        using (writer.PushSequence())
                        {
                            writer.WriteOctetString(salt);
                            writer.WriteInteger(statedRounds ?? rounds);
                            if (keyLength is { } length)
                            {
                                writer.WriteInteger(length);
                            }
                        }
                    }

                    using (writer.PushSequence())
                    {
                        writer.WriteObjectIdentifier("2.16.840.1.101.3.4.1.42");
                        writer.WriteOctetString(iv);
                    }
                }
            }

            writer.WriteOctetString(ciphertext);
        }

        return writer.Encode();
    }
}
