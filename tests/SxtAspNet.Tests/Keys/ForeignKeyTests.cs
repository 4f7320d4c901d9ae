using System.Text;
using static SxtAspNet.Tests.Keys.KeyVectors;

namespace SxtAspNet.Tests.Keys;

/// <summary>What people put into a key file by mistake. All keys here were made for these tests.</summary>
public sealed class ForeignKeyTests
{
    // openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:512
    private const string RsaPkcs8 =
        """
        -----BEGIN PRIVATE KEY-----
        MIIBVAIBADANBgkqhkiG9w0BAQEFAASCAT4wggE6AgEAAkEAuci+QUEUxf/Lk9Ko
        zq1fPcIr2JOQGyzMSnKikN7mkgk8GlqcrXZU/lERDpvZDfJ7EHhbD0XtnGarXX5o
        FK6N+wIDAQABAkAVNb/Sv1VZzXw2YiR3g/+Nk29iCGa5U4H3NeMtWuVD4qwzvz6X
        ODGMAWBnc4ken9vNB+IhMcwHrAdK2Cw8FanxAiEA3/DaUoKWqOlEnRmLBSoZAVkH
        cVUwJ5BX2J4uFZhrUe8CIQDUYX8dZdWWLXJmp0MJVD99yr/XsVQSgKmDM2QP0yxg
        tQIhAKND0af+FSEokCGJEdW+D2TwJ4D0/pqZnbIMAMU1zmh5AiBATOxxeB18hHH4
        hneTYYB/k10V7shnebDY2jxXVjY/aQIgBm1Ov/JAuB+9Pxg2WqmUfU7jvPwwRbDb
        jkgYxTiOK3A=
        -----END PRIVATE KEY-----
        """;

    // openssl rsa -in rsa.pem -traditional
    private const string RsaPkcs1 =
        """
        -----BEGIN RSA PRIVATE KEY-----
        MIIBOgIBAAJBALnIvkFBFMX/y5PSqM6tXz3CK9iTkBsszEpyopDe5pIJPBpanK12
        VP5REQ6b2Q3yexB4Ww9F7Zxmq11+aBSujfsCAwEAAQJAFTW/0r9VWc18NmIkd4P/
        jZNvYghmuVOB9zXjLVrlQ+KsM78+lzgxjAFgZ3OJHp/bzQfiITHMB6wHStgsPBWp
        8QIhAN/w2lKClqjpRJ0ZiwUqGQFZB3FVMCeQV9ieLhWYa1HvAiEA1GF/HWXVli1y
        ZqdDCVQ/fcq/17FUEoCpgzNkD9MsYLUCIQCjQ9Gn/hUhKJAhiRHVvg9k8CeA9P6a
        mZ2yDADFNc5oeQIgQEzscXgdfIRx+IZ3k2GAf5NdFe7IZ3mw2No8V1Y2P2kCIAZt
        Tr/yQLgfvT8YNlqplH1O47z8MEWw245IGMU4jitw
        -----END RSA PRIVATE KEY-----
        """;

    // openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256
    private const string EcPkcs8 =
        """
        -----BEGIN PRIVATE KEY-----
        MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg+wH3DMtpKEh7MDg0
        YYT+rpOiHmb2cYqRMex9/DgII5qhRANCAAQ5648gjZCkO7vbso242CtuHFt/oMOz
        jbXwrnHT+hnyy6nqxKmmi+HnPRz9rh7JiEj+meA0nHzBfeUaH8PUaIV6
        -----END PRIVATE KEY-----
        """;

    // openssl ec -in ec.pem
    private const string EcSec1 =
        """
        -----BEGIN EC PRIVATE KEY-----
        MHcCAQEEIPsB9wzLaShIezA4NGGE/q6Toh5m9nGKkTHsffw4CCOaoAoGCCqGSM49
        AwEHoUQDQgAEOeuPII2QpDu727KNuNgrbhxbf6DDs4218K5x0/oZ8sup6sSppovh
        5z0c/a4eyYhI/pngNJx8wX3lGh/D1GiFeg==
        -----END EC PRIVATE KEY-----
        """;

    // openssl genpkey -algorithm x25519
    private const string X25519 =
        """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VuBCIEIFANCOMBW/pP2vQE6AYi5F9gW7n6/wxMwpP3Rdp5AqRA
        -----END PRIVATE KEY-----
        """;

    // openssl genpkey -algorithm ed448
    private const string Ed448 =
        """
        -----BEGIN PRIVATE KEY-----
        MEcCAQAwBQYDK2VxBDsEORjSB+OHD1dlG/TuL9+h4xwgGrs+4JI0Lv2WJ3YO3DJ1
        Q7eqIzkuz0U9gn5VbGlvadT37z0CjxGdzw==
        -----END PRIVATE KEY-----
        """;

    // openssl pkey -in key.pem -pubout
    private const string PublicKeyPem =
        """
        -----BEGIN PUBLIC KEY-----
        MCowBQYDK2VwAyEA11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=
        -----END PUBLIC KEY-----
        """;

    // openssl req -x509 -new -key key.pem -subj /CN=x -days 1
    private const string Certificate =
        """
        -----BEGIN CERTIFICATE-----
        MIIBLDCB36ADAgECAhQGEhneZqWgdnrMbWvmHIQTCplzTDAFBgMrZXAwDDEKMAgG
        A1UEAwwBeDAeFw0yNjExMjQwMzI4NDhaFw0yNjExMjUwMzI4NDhaMAwxCjAIBgNV
        BAMMAXgwKjAFBgMrZXADIQDXWpgBgrEKt9VL/tPJZAc6DuFy89qmIyWvAhpo9wdR
        GqNTMFEwHQYDVR0OBBYEFFsnqlWJF5dw5HV1sWKh3tl7i/xtMB8GA1UdIwQYMBaA
        FFsnqlWJF5dw5HV1sWKh3tl7i/xtMA8GA1UdEwEB/wQFMAMBAf8wBQYDK2VwA0EA
        NMY/E3DuzBSk9LHIe1FAhqDEDxVF/pM+AnBzrki0ntHezsjCBfOdpseq+oGHsbYH
        2GvQiT1gFZSxAmRDIOsECw==
        -----END CERTIFICATE-----
        """;

    // ssh-keygen -t ed25519 -N '' -C '' -f ssh
    private const string OpenSsh =
        """
        -----BEGIN OPENSSH PRIVATE KEY-----
        b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
        QyNTUxOQAAACCh9gey49B5m5ul/Tu0GU50nH09oSns9SszXt5Yp8Wp+gAAAIiwhbxtsIW8
        bQAAAAtzc2gtZWQyNTUxOQAAACCh9gey49B5m5ul/Tu0GU50nH09oSns9SszXt5Yp8Wp+g
        AAAEC350WJugYcq61kRLTTFXzJCvvlWXddcSwYH5BST4umrKH2B7Lj0Hmbm6X9O7QZTnSc
        fT2hKez1KzNe3linxan6AAAAAAECAwQF
        -----END OPENSSH PRIVATE KEY-----
        """;

    // cat ssh.pub
    private const string OpenSshPublic =
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKH2B7Lj0Hmbm6X9O7QZTnScfT2hKez1KzNe3linxan6";

    // openssl pkcs12 -export -nocerts -inkey key.pem -passout pass:x | base64 -w0
    private const string Pkcs12Base64 =
        "MIIBJQIBAzCB3AYJKoZIhvcNAQcBoIHOBIHLMIHIMIHFBgkqhkiG9w0BBwGggbcEgbQwgbEwga4GCyqGSIb3DQEMCgECoIGeMIGbMFcGCSqG" +
        "SIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAj9iD51LiDxCgICCAAwDAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEB/1bYxtt+g7kO4f3neT" +
        "7joEQLlWqmcyQ37A2S0HCqiQ3eyK5bDGe2V1WbpYNg8lHeL2dveMeDjnJSib5yYFx8TwJ9iVMHsVuj5DtFVTAA53vPYwQTAxMA0GCWCGSAFl" +
        "AwQCAQUABCBlMY9b7Bru3kh2fOBjwRMolaiHcTbpAbPEvuxTL4w+qQQIakJQ6vTbaYoCAggA";

    [Theory]
    [InlineData(RsaPkcs8, "an RSA key")]
    [InlineData(RsaPkcs1, "an RSA key")]
    [InlineData(EcPkcs8, "an EC key")]
    [InlineData(EcSec1, "an EC key")]
    [InlineData(X25519, "an X25519 key")]
    [InlineData(Ed448, "an Ed448 key")]
    [InlineData(PublicKeyPem, "a public key")]
    [InlineData(Certificate, "a certificate")]
    [InlineData(OpenSsh, "OpenSSH's own format")]
    [InlineData(OpenSshPublic, "an OpenSSH public key")]
    [InlineData("-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nabcd\n-----END PGP PRIVATE KEY BLOCK-----", "a PGP key")]
    [InlineData("-----BEGIN WHATEVER-----\nabcd\n-----END WHATEVER-----", "of an unknown kind")]
    [InlineData("PuTTY-User-Key-File-3: ssh-ed25519", "a PuTTY key file")]
    public void It_is_refused_by_name(string content, string name) =>
        Assert.Contains(name, MessageFor(content), StringComparison.Ordinal);

    [Theory]
    [InlineData(RsaPkcs8, "an RSA key")]
    [InlineData(RsaPkcs1, "not PKCS#8")]
    [InlineData(EcPkcs8, "an EC key")]
    [InlineData(EcSec1, "not PKCS#8")]
    [InlineData(PublicKeyPem, "a public key")]
    [InlineData(Certificate, "a certificate")]
    public void It_is_refused_in_DER_too(string pem, string name)
    {
        string[] lines = pem.ReplaceLineEndings("\n").Split('\n');

        Assert.Contains(
            name, MessageFor(Convert.FromBase64String(string.Concat(lines[1..^1]))), StringComparison.Ordinal);
    }

    [Fact]
    public void PKCS12_is_refused() =>
        Assert.Contains("PKCS#12", MessageFor(Convert.FromBase64String(Pkcs12Base64)), StringComparison.Ordinal);

    [Fact]
    public void A_certificate_beside_the_key_is_refused() =>
        Assert.Contains("keep the private key alone", MessageFor(Pem + Certificate), StringComparison.Ordinal);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void UTF_16_is_refused_with_that_hint(bool bigEndian)
    {
        var encoding = new UnicodeEncoding(bigEndian, byteOrderMark: true);
        byte[] text = encoding.GetBytes(Pem);

        Assert.Contains("UTF-16", MessageFor([.. encoding.GetPreamble(), .. text]), StringComparison.Ordinal);
        Assert.Contains("UTF-16", MessageFor(text), StringComparison.Ordinal);
    }

    [Fact]
    public void Other_binary_content_is_refused() =>
        Assert.Contains("binary, but not DER", MessageFor([0x1F, 0x8B, 8, 0, 0, 0, 0, 0]), StringComparison.Ordinal);

    [Fact]
    public void Every_refusal_says_what_is_accepted_and_how_to_make_a_key()
    {
        string message = MessageFor("nonsense?");

        Assert.All(
            ["PKCS#8", "base64 or hex", "USER_PRIVATE_KEY", "privateKeyB64_64", "JWK", "openssl genpkey"],
            form => Assert.Contains(form, message, StringComparison.Ordinal));
    }
}
