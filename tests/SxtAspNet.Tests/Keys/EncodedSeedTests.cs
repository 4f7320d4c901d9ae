using static SxtAspNet.Tests.Keys.KeyVectors;

namespace SxtAspNet.Tests.Keys;

public sealed class EncodedSeedTests
{
    [Theory]
    [InlineData(SeedBase64)]
    [InlineData(SeedBase64 + "\n")]
    [InlineData("\uFEFF  " + SeedBase64 + " \r\n\r\n")]
    [InlineData(SeedHex)]
    [InlineData("0x" + SeedHex)]
    [InlineData("\t" + SeedHex + "\r\n")]
    [InlineData(PairBase64)]
    [InlineData(SeedHex + PublicKeyHex)]
    public void A_seed_in_hex_or_base64_is_read(string content) => Assert.Equal(PublicKeyHex, PublicKeyOf(content));

    [Fact]
    public void Hex_in_capitals_is_read() => Assert.Equal(PublicKeyHex, PublicKeyOf(SeedHex.ToUpperInvariant()));

    [Fact]
    public void Base64_in_wrapped_lines_is_read() =>
        Assert.Equal(PublicKeyHex, PublicKeyOf(PairBase64.Insert(76, "\n")));

    [Fact]
    public void Base64_that_looks_like_the_start_of_DER_is_read()
    {
        // "0V" are the bytes of a DER sequence of 86 bytes, and 86 characters follow.
        byte[] seed = [0xD1, 0x5A, .. new byte[30]];
        using SxtSigningKey key = SxtSigningKey.FromSeed(seed);
        string content = Convert.ToBase64String([.. seed, .. key.PublicKey.Span]);

        Assert.StartsWith("0V", content, StringComparison.Ordinal);
        Assert.Equal(Convert.ToHexStringLower(key.PublicKey.Span), PublicKeyOf(content));
    }

    [Fact]
    public void Sixty_four_raw_bytes_of_seed_and_public_key_are_read() =>
        Assert.Equal(PublicKeyHex, PublicKeyOf([.. Seed, .. PublicKey]));

    [Fact]
    public void Sixty_four_raw_bytes_that_do_not_belong_together_are_refused() =>
        Assert.Contains("64 raw bytes", MessageFor([.. Seed, .. Seed]), StringComparison.Ordinal);

    [Fact]
    public void Thirty_two_raw_bytes_are_refused() =>
        Assert.Contains("32 raw bytes", MessageFor(Seed), StringComparison.Ordinal);

    [Fact]
    public void A_public_key_that_belongs_to_another_seed_is_refused()
    {
        byte[] pair = [.. Seed, .. PublicKey];
        pair[^1] ^= 1;

        Assert.Contains("does not belong", MessageFor(Convert.ToBase64String(pair)), StringComparison.Ordinal);
        Assert.Contains("does not belong", MessageFor(Convert.ToHexString(pair)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(31)]
    [InlineData(33)]
    [InlineData(48)]
    [InlineData(63)]
    [InlineData(65)]
    [InlineData(1000)]
    public void Another_length_is_refused_and_named(int length)
    {
        byte[] bytes = new byte[length];
        Array.Fill(bytes, (byte)0xFB);

        Assert.Contains($"of {length} bytes", MessageFor(Convert.ToHexString(bytes)), StringComparison.Ordinal);
        Assert.Contains($"of {length} bytes", MessageFor(Convert.ToBase64String(bytes)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")]
    [InlineData("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=")]
    [InlineData("nWGxne*9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=")]
    [InlineData("nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A= 0")]
    [InlineData("g" + SeedHex)]
    [InlineData("my secret key")]
    public void Garbage_is_refused(string content) =>
        Assert.Contains("unknown form", MessageFor(content), StringComparison.Ordinal);

    [Theory]
    [InlineData("")]
    [InlineData(" \r\n\t ")]
    [InlineData("\uFEFF")]
    public void Nothing_is_refused_as_empty(string content) =>
        Assert.Contains("is empty", MessageFor(content), StringComparison.Ordinal);

    [Fact]
    public void Content_over_64_KiB_is_refused() =>
        Assert.Contains("larger than 64 KiB", MessageFor(Pem + new string(' ', 64 * 1024)), StringComparison.Ordinal);

    [Fact]
    public void Content_of_64_KiB_is_read() => Assert.Equal(PublicKeyHex, PublicKeyOf(Pem.PadRight(64 * 1024)));
}
