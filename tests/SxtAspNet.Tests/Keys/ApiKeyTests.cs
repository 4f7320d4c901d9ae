using System.Security.Cryptography;
using System.Text;
using SxtAspNet.Keys;

namespace SxtAspNet.Tests.Keys;

public sealed class ApiKeyTests
{
    private const string Value = "sxt_0123456789abcdefghijklmnop";

    [Theory]
    [InlineData(Value)]
    [InlineData(Value + "\n")]
    [InlineData("\uFEFF" + Value + "\r\n")]
    [InlineData("  " + Value + " ")]
    public void A_content_that_is_an_api_key_is_one(string content)
    {
        using var credential = SxtCredential.Parse(Encoding.UTF8.GetBytes(content));

        Assert.Equal(Value, Assert.IsType<SxtApiKey>(credential).GetValue());
    }

    [Fact]
    public void A_content_that_is_a_signing_key_is_one()
    {
        using var credential = SxtCredential.Parse(Encoding.ASCII.GetBytes(new string('5', 64)));

        Assert.IsType<SxtSigningKey>(credential, exactMatch: false);
    }

    [Theory]
    [InlineData("sxt_", "too short")]
    [InlineData("sxt_0123456789abcde", "too short")]
    [InlineData("sxt_0123456789 abcdefghijklmnop", "white space")]
    [InlineData("sxt_0123456789\nsxt_0123456789abcdefghijklmnop", "white space")]
    [InlineData("sxt_0123456789äabcdefghijklmnop", "no API key has")]
    public void What_can_be_no_api_key_is_refused_and_not_quoted(string content, string expected)
    {
        var failure = Assert.Throws<FormatException>(() => SxtCredential.Parse(Encoding.UTF8.GetBytes(content)));

        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("0123456789", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_api_key_of_the_size_of_a_file_is_refused()
    {
        Assert.Throws<FormatException>(() => SxtApiKey.FromValue("sxt_" + new string('a', 1_000)));
    }

    [Theory]
    [InlineData(19, false)]
    [InlineData(20, true)]
    [InlineData(512, true)]
    [InlineData(513, false)]
    public void An_api_key_has_20_to_512_characters(int length, bool isRead)
    {
        var content = Encoding.ASCII.GetBytes("sxt_".PadRight(length, '5'));

        Assert.Equal(isRead, Record.Exception(() => SxtCredential.Parse(content).Dispose()) is null);
    }

    [Theory]
    [InlineData(' ', false)]
    [InlineData('!', true)]
    [InlineData('~', true)]
    [InlineData('\u007F', false)]
    public void An_api_key_has_visible_characters_only(char character, bool isRead)
    {
        var content = Encoding.ASCII.GetBytes($"sxt_0123456789{character}0123456789");

        Assert.Equal(isRead, Record.Exception(() => SxtCredential.Parse(content).Dispose()) is null);
    }

    [Fact]
    public void An_api_key_is_no_signing_key_and_the_error_says_what_it_is()
    {
        var failure = Assert.Throws<FormatException>(() => SxtSigningKey.Parse(Encoding.ASCII.GetBytes(Value)));

        Assert.Contains("is an API key, which can't sign", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("0123456789", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Secrets_are_derived_from_its_bytes_as_from_a_seed()
    {
        using var key = SxtApiKey.FromValue(Value);
        var secret = new byte[32];

        Assert.True(key.TryDeriveSecret("seal"u8, secret));

        Assert.Equal(
            HKDF.DeriveKey(HashAlgorithmName.SHA256, Encoding.ASCII.GetBytes(Value), 32, "SxtAspNet/v1"u8.ToArray(), "seal"u8.ToArray()),
            secret);
    }

    [Fact]
    public void Two_instances_with_one_api_key_have_one_seal_key()
    {
        using var one = SxtApiKey.FromValue(Value);
        using var same = SxtApiKey.FromValue(Value);
        using var other = SxtApiKey.FromValue(Value + "q");
        using var ours = SealKey.Derive(one)!;
        using var theirs = SealKey.Derive(same)!;
        using var strange = SealKey.Derive(other)!;

        Assert.Equal(ours.Id, theirs.Id);
        Assert.NotEqual(ours.Id, strange.Id);
    }

    [Fact]
    public void A_disposed_api_key_gives_nothing_more()
    {
        var key = SxtApiKey.FromValue(Value);
        key.Dispose();

        Assert.Throws<ObjectDisposedException>(() => key.GetValue());
        Assert.Throws<ObjectDisposedException>(() => key.TryDeriveSecret("seal"u8, new byte[32]));
    }
}
