using System.Buffers.Text;
using SxtAspNet.Gateway;

namespace SxtAspNet.Tests.Gateway;

public sealed class TokenPartsTests
{
    private static readonly long Last = DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();

    [Theory]
    [InlineData("e30.e30.x", true)]
    [InlineData("e30.e30.", false)]
    [InlineData("e30.e30", false)]
    [InlineData("e30.e30.x.y", false)]
    [InlineData("e30.e30.x=", false)]
    [InlineData("e3.e30.x", false)]
    [InlineData("e30.bnVsbA.x", false)]
    [InlineData("bm9uc2Vuc2U.e30.x", false)]
    [InlineData("e30.bm9uc2Vuc2U.x", false)]
    public void A_token_has_three_parts_of_which_two_are_JSON(string token, bool isRead) => Assert.Equal(isRead, TokenParts.Read(token) is not null);

    [Fact]
    public void What_a_token_says_is_read()
    {
        var payload = Base64Url.EncodeToString("""{"type":"access","user":"orders","iat":1,"nbf":2,"exp":3,"ssn_exp":4}"""u8);

        var parts = TokenParts.Read($"{Base64Url.EncodeToString("""{"type":"access"}"""u8)}.{payload}.x")!;

        Assert.Equal("access", parts.Header.Type);
        Assert.Equal(("orders", 1, 2, 3, 4), (parts.Payload.User, parts.Payload.IssuedAt, parts.Payload.NotBefore, parts.Payload.Expires, parts.Payload.SessionExpires));
    }

    [Fact]
    public void An_instant_is_read_if_a_calendar_has_it()
    {
        Assert.Equal(DateTimeOffset.UnixEpoch, TokenParts.Instant(0, 1));
        Assert.Equal(DateTimeOffset.UnixEpoch.AddSeconds(2), TokenParts.Instant(2, 1_000));
        Assert.Equal(Last, TokenParts.Instant(Last, 1)!.Value.ToUnixTimeMilliseconds());
        Assert.NotNull(TokenParts.Instant(Last / 1_000, 1_000));
        Assert.Null(TokenParts.Instant(-1, 1));
        Assert.Null(TokenParts.Instant(null, 1));
        Assert.Null(TokenParts.Instant(Last + 1, 1));
        Assert.Null(TokenParts.Instant((Last / 1_000) + 1, 1_000));
        Assert.Null(TokenParts.Instant(long.MaxValue, 1_000));
    }
}
