using System.Security.Cryptography;

namespace SxtAspNet.Tests.Keys;

public sealed class SeedSigningKeyTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>RFC 8032, section 7.1: TEST 1, 2, 3 and SHA(abc).</summary>
    public static TheoryData<string, string, string, string> Rfc8032 => new()
    {
        {
            KeyVectors.SeedHex, KeyVectors.PublicKeyHex, "",
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155" +
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        },
        {
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da" +
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        },
        {
            "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
            "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac" +
            "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        },
        {
            "833fe62409237b9d62ec77587520911e9a759cec1d19755b7da901b96dca3d42",
            "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
            Convert.ToHexStringLower(SHA512.HashData("abc"u8)),
            "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b589" +
            "09351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704"
        },
    };

    [Theory]
    [MemberData(nameof(Rfc8032))]
    public async Task The_test_vectors_of_RFC_8032_are_met(
        string seed, string publicKey, string message, string signature)
    {
        using SxtSigningKey key = SxtSigningKey.FromSeed(Convert.FromHexString(seed));

        byte[] signed = await key.SignAsync(Convert.FromHexString(message), Cancellation);

        Assert.Equal(publicKey, Convert.ToHexStringLower(key.PublicKey.Span));
        Assert.Equal(signature, Convert.ToHexStringLower(signed));
    }

    [Fact]
    public void Signing_completes_synchronously()
    {
        using SxtSigningKey key = SxtSigningKey.FromSeed(KeyVectors.Seed);

        Task<byte[]> signing = key.SignAsync("code"u8.ToArray(), Cancellation).AsTask();

        Assert.True(signing.IsCompletedSuccessfully);
    }

    [Fact]
    public void Signing_with_a_cancelled_token_is_cancelled()
    {
        using SxtSigningKey key = SxtSigningKey.FromSeed(KeyVectors.Seed);

        Task<byte[]> signing = key.SignAsync("code"u8.ToArray(), new CancellationToken(canceled: true)).AsTask();

        Assert.True(signing.IsCanceled);
    }

    // openssl kdf -keylen N -kdfopt digest:SHA256 -kdfopt hexkey:SEED -kdfopt salt:SxtAspNet/v1 -kdfopt info:INFO HKDF
    [Theory]
    [InlineData("seal", "1aa825edd2bf00af396cd77327fdb4239dfc7672f3c33213254f957490f79f15")]
    [InlineData(
        "key-id",
        "6763b32307ded0c20e1ac151c1210d0410498f2e0d8549f13d5b95247746f806d6fbf070c49f0486" +
        "48338fc714d6c3f0b8c07e37182ef1a9c78dd6ff20752770917ef4fd8c6d87cb6a9cc37abd03baa1")]
    public void A_derived_secret_is_HKDF_over_the_seed(string info, string expected)
    {
        using SxtSigningKey key = SxtSigningKey.FromSeed(KeyVectors.Seed);
        byte[] secret = new byte[expected.Length / 2];

        Assert.True(key.TryDeriveSecret(KeyVectors.Utf8(info), secret));
        Assert.Equal(expected, Convert.ToHexStringLower(secret));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(31)]
    [InlineData(33)]
    [InlineData(64)]
    public void A_seed_of_another_length_is_refused(int length)
    {
        ArgumentException exception = Assert.Throws<ArgumentException>(() => SxtSigningKey.FromSeed(new byte[length]));

        Assert.Equal("seed", exception.ParamName);
    }

    [Fact]
    public void The_caller_s_seed_is_left_alone()
    {
        byte[] seed = KeyVectors.Seed;

        SxtSigningKey.FromSeed(seed).Dispose();

        Assert.Equal(KeyVectors.Seed, seed);
    }

    [Fact]
    public async Task A_disposed_key_does_not_sign()
    {
        SxtSigningKey key = SxtSigningKey.FromSeed(KeyVectors.Seed);
        key.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await key.SignAsync(new byte[1], Cancellation));
    }

    [Fact]
    public void A_disposed_key_derives_nothing()
    {
        SxtSigningKey key = SxtSigningKey.FromSeed(KeyVectors.Seed);
        key.Dispose();

        Assert.Throws<ObjectDisposedException>(() => key.TryDeriveSecret("seal"u8, new byte[32]));
    }

    [Fact]
    public void A_disposed_key_has_no_public_key()
    {
        SxtSigningKey key = SxtSigningKey.FromSeed(KeyVectors.Seed);
        key.Dispose();

        Assert.Throws<ObjectDisposedException>(() => key.PublicKey);
    }

    [Fact]
    public void Disposing_twice_is_harmless()
    {
        SxtSigningKey key = SxtSigningKey.FromSeed(KeyVectors.Seed);
        key.Dispose();

        Assert.Null(Record.Exception(key.Dispose));
    }

    [Fact]
    public void ToString_shows_the_public_key_and_nothing_of_the_seed()
    {
        SxtSigningKey key = SxtSigningKey.FromSeed(KeyVectors.Seed);
        key.Dispose();

        string text = key.ToString()!;

        Assert.Contains(KeyVectors.PublicKeyBase64, text, StringComparison.Ordinal);
        Assert.DoesNotContain(KeyVectors.SeedBase64[..8], text, StringComparison.Ordinal);
        Assert.DoesNotContain(KeyVectors.SeedHex[..8], text, StringComparison.OrdinalIgnoreCase);
    }
}
