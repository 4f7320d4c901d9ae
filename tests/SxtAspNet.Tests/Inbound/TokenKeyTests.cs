using System.Security.Cryptography;
using System.Text;
using SxtAspNet.Inbound;

namespace SxtAspNet.Tests.Inbound;

public class TokenKeyTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(1024)]
    [InlineData(1025)]
    [InlineData(4096)]
    public void A_key_is_the_hash_of_the_tokens_bytes_whatever_its_length(int length)
    {
        var token = new string('t', length);

        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(token))), Write(token));
    }

    [Theory]
    [InlineData("tokén")]
    [InlineData("token\ud800")]
    [InlineData("toke\u0174")]
    public void What_is_not_ascii_is_no_token_and_has_no_key(string token) => Assert.Null(Write(token));

    private static string? Write(string token)
    {
        Span<char> key = stackalloc char[TokenKey.Length];
        return TokenKey.TryWrite(token, key) ? key.ToString() : null;
    }
}
