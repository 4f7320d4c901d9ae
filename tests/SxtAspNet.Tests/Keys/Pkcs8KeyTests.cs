using System.Text;
using static SxtAspNet.Tests.Keys.KeyVectors;

namespace SxtAspNet.Tests.Keys;

public sealed class Pkcs8KeyTests
{
    private const string Rfc8410Version2Base64 =
        "MHICAQEwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhCoB8wHQYKKoZIhvcNAQkJFDEPDA1DdXJkbGUgQ2hhaXJz" +
        "gSEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=";

    [Fact]
    public void PEM_is_read() => Assert.Equal(PublicKeyHex, PublicKeyOf(Pem));

    [Fact]
    public void DER_is_read() => Assert.Equal(PublicKeyHex, PublicKeyOf(Der));

    [Fact]
    public void DER_with_a_line_break_behind_it_is_read() =>
        Assert.Equal(PublicKeyHex, PublicKeyOf([.. Der, (byte)'\r', (byte)'\n']));

    [Fact]
    public void The_example_of_RFC_8410_is_read() => Assert.Equal(Rfc8410PublicKeyHex, PublicKeyOf(Rfc8410Pem));

    [Fact]
    public void The_example_of_RFC_8410_with_attribute_and_public_key_is_read() =>
        Assert.Equal(Rfc8410PublicKeyHex, PublicKeyOf(Rfc8410PemVersion2));

    [Fact]
    public void DER_of_version_2_is_read() =>
        Assert.Equal(Rfc8410PublicKeyHex, PublicKeyOf(Convert.FromBase64String(Rfc8410Version2Base64)));

    [Fact]
    public void The_text_that_openssl_prints_with_a_key_is_ignored() =>
        Assert.Equal(PublicKeyHex, PublicKeyOf(PemWithText));

    [Fact]
    public void Text_before_the_PEM_block_is_ignored() =>
        Assert.Equal(
            PublicKeyHex,
            PublicKeyOf("Bag Attributes\n    friendlyName: sxt\nKey Attributes: <No Attributes>\n" + Pem));

    [Fact]
    public void PEM_with_Windows_line_ends_is_read() =>
        Assert.Equal(PublicKeyHex, PublicKeyOf(Pem.ReplaceLineEndings("\r\n")));

    [Fact]
    public void PEM_with_a_byte_order_mark_is_read() => Assert.Equal(PublicKeyHex, PublicKeyOf("\uFEFF" + Pem));

    [Fact]
    public void PEM_on_one_line_is_read() => Assert.Equal(PublicKeyHex, PublicKeyOf(Pem.ReplaceLineEndings(" ")));

    [Fact]
    public void PEM_without_a_last_line_break_is_read() => Assert.Equal(PublicKeyHex, PublicKeyOf(Pem.TrimEnd()));

    [Fact]
    public void A_password_that_is_not_needed_is_ignored() => Assert.Equal(PublicKeyHex, PublicKeyOf(Pem, Password));

    [Fact]
    public void The_caller_s_copy_is_left_alone()
    {
        byte[] content = Utf8(Pem);

        PublicKeyOf(content);

        Assert.Equal(Pem, Encoding.UTF8.GetString(content));
    }

    [Fact]
    public void A_public_key_that_belongs_to_another_seed_is_refused()
    {
        byte[] der = Convert.FromBase64String(Rfc8410Version2Base64);
        der[^1] ^= 1;

        Assert.Contains("does not belong", MessageFor(der), StringComparison.Ordinal);
    }

    [Fact]
    public void A_public_key_in_version_1_is_checked_too()
    {
        byte[] der = Convert.FromBase64String(Rfc8410Version2Base64);
        der[4] = 0;
        Assert.Equal(Rfc8410PublicKeyHex, PublicKeyOf(der));

        der[^1] ^= 1;
        Assert.Contains("does not belong", MessageFor(der), StringComparison.Ordinal);
    }

    [Fact]
    public void A_later_version_is_refused()
    {
        byte[] der = Der;
        der[4] = 2;

        Assert.Contains("not PKCS#8", MessageFor(der), StringComparison.Ordinal);
    }

    [Fact]
    public void Parameters_beside_the_algorithm_are_refused()
    {
        // RFC 8410, section 3: the parameters must be absent. Here is a NULL.
        byte[] der = Convert.FromHexString("3030020100300706032b6570050004220420" + SeedHex);

        Assert.Contains("damaged", MessageFor(der), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("302d020100300506032b65700421041f", 31)]
    [InlineData("302f020100300506032b657004230421", 33)]
    public void A_seed_of_another_length_is_refused(string header, int length)
    {
        byte[] der = [.. Convert.FromHexString(header), .. new byte[length]];

        Assert.Contains($"{length} bytes instead of 32", MessageFor(der), StringComparison.Ordinal);
    }

    [Fact]
    public void A_seed_without_the_inner_octet_string_is_refused()
    {
        byte[] der = Convert.FromHexString("302c020100300506032b65700420" + SeedHex);

        Assert.Contains("damaged", MessageFor(der), StringComparison.Ordinal);
    }

    [Fact]
    public void Bytes_behind_the_inner_octet_string_are_refused()
    {
        byte[] der = Convert.FromHexString("3030020100300506032b657004240420" + SeedHex + "0500");

        Assert.Contains("damaged", MessageFor(der), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_truncation_of_the_DER_is_refused()
    {
        byte[] der = Convert.FromBase64String(Rfc8410Version2Base64);

        Assert.All(Enumerable.Range(0, der.Length), length => MessageFor(der[..length]));
    }

    [Fact]
    public void Bytes_behind_the_DER_are_refused() =>
        Assert.Contains("damaged", MessageFor([.. Der, 0]), StringComparison.Ordinal);

    [Fact]
    public void Elements_behind_the_public_key_are_refused()
    {
        byte[] der = [.. Convert.FromBase64String(Rfc8410Version2Base64), 5, 0];
        der[1] += 2;

        Assert.Contains("damaged", MessageFor(der), StringComparison.Ordinal);
    }

    [Fact]
    public void Several_PEM_blocks_are_refused() =>
        Assert.Contains("several PEM blocks", MessageFor(Pem + Rfc8410Pem), StringComparison.Ordinal);

    [Fact]
    public void PEM_without_its_END_line_is_refused() =>
        Assert.Contains("END line is missing", MessageFor(Pem[..100]), StringComparison.Ordinal);

    [Fact]
    public void PEM_that_ends_with_another_label_is_refused() =>
        MessageFor(Pem.Replace("END PRIVATE", "END PUBLIC", StringComparison.Ordinal));

    [Fact]
    public void PEM_with_garbage_between_its_lines_is_refused() =>
        MessageFor(Pem.Replace("MC4C", "M*4C", StringComparison.Ordinal));

    [Fact]
    public void PEM_with_escaped_line_breaks_is_refused_with_that_hint() =>
        Assert.Contains("two characters \\n", MessageFor(Pem.ReplaceLineEndings("\\n")), StringComparison.Ordinal);

    [Fact]
    public void PEM_without_content_is_refused() =>
        MessageFor("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n");
}
