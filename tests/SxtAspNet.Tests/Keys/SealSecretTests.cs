using System.Text;
using SxtAspNet.Keys;

namespace SxtAspNet.Tests.Keys;

public sealed class SealSecretTests
{
    private const string Base64 = "3q2+7wABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhs=";
    private const string Hex = "deadbeef000102030405060708090a0b0c0d0e0f101112131415161718191a1b";

    [Theory]
    [InlineData(Base64)]
    [InlineData(Base64 + "\n")]
    [InlineData("\uFEFF  " + Hex + "\r\n")]
    [InlineData("DEADBEEF000102030405060708090A0B0C0D0E0F101112131415161718191A1B")]
    public void All_forms_of_the_same_bytes_are_the_same_seal(string content)
    {
        using var seal = SxtSealSecret.Parse(Encoding.UTF8.GetBytes(content));
        using var same = SxtSealSecret.FromBytes(Convert.FromHexString(Hex));
        using var key = SealKey.Derive(seal);
        using var expected = SealKey.Derive(same);

        Assert.Equal(expected.Id, key.Id);
    }

    [Fact]
    public void A_text_that_nobody_can_guess_is_a_seal()
    {
        using var seal = SxtSealSecret.Parse("pT7!vK2#qL9$wX4%zR6&mB8*nC3(jF5)"u8);
        using var key = SealKey.Derive(seal);

        Assert.NotNull(key);
    }

    [Theory]
    [InlineData("", "is empty")]
    [InlineData(" \n", "is empty")]
    [InlineData("3q2+7wABAgMEBQYHCAkKCwwNDg8=", "has 20 bytes only")]
    [InlineData("deadbeef", "has 4 bytes only")]
    [InlineData("correct horse battery staple", "has 28 characters only")]
    [InlineData("secret! secret! secret! secret! secret!", "could be guessed")]
    public void What_is_short_or_could_be_guessed_is_refused_without_quoting_it(string content, string expected)
    {
        var failure = Assert.Throws<FormatException>(() => SxtSealSecret.Parse(Encoding.UTF8.GetBytes(content)));

        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
        Assert.Contains("dotnet sxt seal new FILE", failure.Message, StringComparison.Ordinal);
        Assert.True(content.Trim().Length == 0 || !failure.Message.Contains(content.Trim(), StringComparison.Ordinal));
    }

    [Fact]
    public void Fewer_than_32_bytes_are_refused()
    {
        Assert.Throws<ArgumentException>(() => SxtSealSecret.FromBytes(new byte[31]));
    }
}
