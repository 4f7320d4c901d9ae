using SxtAspNet.Outbound;
using SxtAspNet.Sessions;

namespace SxtAspNet.Tests.Outbound;

/// <summary>However a URL is written, the token goes to its origin if and only if scheme, host and port are an allowed one's.</summary>
public class OriginTextProperties
{
    private static readonly string[] Schemes = ["https://", "http://", "HTTPS://", " https://", "https:\\\\", "https:///", "ftp://", "//", ""];
    private static readonly string[] Users = ["", "user@", "user:secret@", "gateway.sxt.test@", "gateway.sxt.test/@"];
    private static readonly string[] Hosts =
        ["gateway.sxt.test", "GATEWAY.sxt.test", "elsewhere.test", "gateway.sxt.test.elsewhere.test", "bücher.test", "xn--bcher-kva.test", "localhost", "[::1]", "127.0.0.1", "gateway.sxt.test."];

    private static readonly string[] Ports = ["", ":", ":443", ":80", ":8443", ":0443"];
    private static readonly string[] Tails =
        ["", "/", "/v1/sql", "\\v1", "?q=/", "#f", "/../..//elsewhere.test/", "/@elsewhere.test/", "/\\elsewhere.test", "//elsewhere.test/", "/%2f@elsewhere.test", "/ä ö"];

    [Theory]
    [InlineData("https://gateway.sxt.test")]
    [InlineData("http://localhost")]
    [InlineData("https://gateway.sxt.test:8443/proxy/")]
    [InlineData("https://bücher.test")]
    [InlineData("https://[::1]:8443")]
    [InlineData("http://127.0.0.1:80")]
    public void The_text_of_a_url_never_decides_otherwise_than_its_parts(string gateway)
    {
        var allowed = Origin.Of(new Uri(gateway));
        var origins = new TokenOrigins([allowed]);
        var both = new TokenOrigins([Origin.Of(new Uri("https://first.test")), allowed]);
        var (same, other) = (0, 0);

        foreach (var uri in Urls(new Uri(gateway)))
        {
            var isSame = uri.IsAbsoluteUri && Origin.Of(uri) == allowed;
            Assert.True(isSame == origins.Contains(uri), $"'{uri.OriginalString}' is {(isSame ? "" : "not ")}of {allowed}");
            Assert.Equal(isSame, origins.IsGateway(uri));
            Assert.Equal(isSame, both.Contains(uri));
            _ = isSame ? same++ : other++;
        }

        Assert.True(same > 10 && other > 1_000, $"{same} URLs of the origin and {other} others are too few to tell.");
    }

    private static IEnumerable<Uri> Urls(Uri gateway)
    {
        foreach (var text in
            from scheme in Schemes from user in Users from host in Hosts from port in Ports from tail in Tails select scheme + user + host + port + tail)
        {
            if (Uri.TryCreate(text, UriKind.RelativeOrAbsolute, out var uri))
            {
                yield return uri;
            }

            if (Uri.TryCreate(gateway, text, out var combined))
            {
                yield return combined;
            }
        }
    }
}
