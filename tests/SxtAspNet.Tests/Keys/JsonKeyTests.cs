using System.Text;
using static SxtAspNet.Tests.Keys.KeyVectors;

namespace SxtAspNet.Tests.Keys;

public sealed class JsonKeyTests
{
    private const string JwkSeed = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
    private const string JwkPublicKey = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
    private const string OtherPublicKey = "PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=";

    [Fact]
    public void The_file_of_the_Node_SDK_is_read() => Assert.Equal(PublicKeyHex, PublicKeyOf(NodeCredentials));

    [Fact]
    public void The_file_of_the_Go_SDK_is_read() => Assert.Equal(PublicKeyHex, PublicKeyOf(GoSession));

    [Theory]
    [InlineData("{\"privateKey\":\"" + PairBase64 + "\"}")]
    [InlineData("{\"privateKey\":\"" + SeedBase64 + "\",\"publicKey\":\"" + PublicKeyBase64 + "\"}")]
    public void Variants_of_that_are_read(string content) => Assert.Equal(PublicKeyHex, PublicKeyOf(content));

    [Theory]
    [InlineData("{\"privateKey\":\"" + PairBase64 + "\",\"publicKey\":\"" + OtherPublicKey + "\"}", "another")]
    [InlineData("{\"privateKey\":\"" + PairBase64 + "\",\"publicKey\":\"AAAA\"}", "publicKey in the JSON object")]
    [InlineData("{\"privateKey\":\"?\"}", "privateKey in the JSON object is not base64")]
    [InlineData("{\"privateKey\":\"" + PairBase64 + "\",\"privateKeyB64_64\":\"" + PairBase64 + "\"}", "both")]
    [InlineData("{\"publicKey\":\"" + PublicKeyBase64 + "\"}", "neither")]
    public void A_file_like_it_without_a_usable_key_is_refused(string content, string problem) =>
        Assert.Contains(problem, MessageFor(content), StringComparison.Ordinal);

    [Theory]
    [InlineData("{\"privateKeyB64_64\":\"" + PairBase64 + "\"}")]
    [InlineData("\uFEFF\r\n{\"privateKeyB64_64\":\"" + PairBase64 + "\"}\r\n")]
    [InlineData("{\"privateKeyB64_64\":\"" + SeedBase64 + "\",\"publicKeyB64_32\":\"" + PublicKeyBase64 + "\"}")]
    [InlineData("{\"more\":{\"privateKeyB64_64\":[1,{}]},\"privateKeyB64_64\":\"" + PairBase64 + "\",\"n\":null}")]
    [InlineData("{\"privateKeyB64\\u005f64\":\"" + PairBase64 + "\"}")]
    public void Variants_of_it_are_read(string content) => Assert.Equal(PublicKeyHex, PublicKeyOf(content));

    [Fact]
    public void Escapes_in_base64_are_undone() =>
        Assert.Equal(
            PublicKeyHex, PublicKeyOf(NodeCredentials.Replace("/", "\\/", StringComparison.Ordinal).Replace(
                "+", "\\u002B", StringComparison.Ordinal)));

    [Fact]
    public void The_JWK_of_RFC_8037_is_read() => Assert.Equal(PublicKeyHex, PublicKeyOf(Jwk));

    [Fact]
    public void A_JWK_with_further_members_is_read() =>
        Assert.Equal(
            PublicKeyHex,
            PublicKeyOf(
                $$"""{"use":"sig","alg":"EdDSA","kid":"1","key_ops":["sign"],"x":"{{JwkPublicKey}}",""" +
                $$""" "d":"{{JwkSeed}}","crv":"Ed25519","kty":"OKP"}"""));

    [Theory]
    [InlineData("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" + JwkPublicKey + "\"}", "is a public key")]
    [InlineData("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"d\":\"" + JwkSeed + "\"}", "member x")]
    [InlineData("{\"kty\":\"OKP\",\"crv\":\"X25519\",\"d\":\"" + JwkSeed + "\",\"x\":\"\"}", "crv must be Ed25519")]
    [InlineData("{\"kty\":\"OKP\",\"d\":\"" + JwkSeed + "\"}", "crv must be Ed25519")]
    [InlineData("{\"kty\":\"EC\",\"crv\":\"P-256\",\"d\":\"" + JwkSeed + "\"}", "kty must be OKP")]
    [InlineData("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" + JwkPublicKey + "\",\"d\":\"AAAA\"}", "Member d")]
    [InlineData("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AAAA\",\"d\":\"" + JwkSeed + "\"}", "Member x")]
    [InlineData(
        "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" + JwkPublicKey + "\",\"d\":\"" + SeedBase64 + "\"}",
        "Member d")]
    [InlineData(
        "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"" + JwkSeed + "\",\"d\":\"" + JwkSeed + "\"}",
        "does not belong")]
    [InlineData("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"d\":1}", "not a string")]
    [InlineData("{\"keys\":[{\"kty\":\"OKP\",\"d\":\"" + JwkSeed + "\"}]}", "neither")]
    public void A_JWK_that_is_no_private_Ed25519_key_is_refused(string content, string problem) =>
        Assert.Contains(problem, MessageFor(content), StringComparison.Ordinal);

    [Theory]
    [InlineData("{}", "neither")]
    [InlineData("{\"publicKeyB64_32\":\"" + PublicKeyBase64 + "\"}", "not privateKeyB64_64")]
    [InlineData("{\"privateKeyB64_64\":\"\"}", "not base64")]
    [InlineData("{\"privateKeyB64_64\":\"?\"}", "not base64")]
    [InlineData("{\"privateKeyB64_64\":\"Zm9v\"}", "3 bytes")]
    [InlineData("{\"privateKeyB64_64\":null}", "not a string")]
    [InlineData("{\"privateKeyB64_64\":[\"" + PairBase64 + "\"]}", "not a string")]
    [InlineData("{\"privateKeyB64_64\":\"" + PairBase64 + "\",\"privateKeyB64_64\":\"" + PairBase64 + "\"}", "twice")]
    [InlineData("{\"privateKeyB64_64\":\"" + PairBase64 + "\",\"publicKeyB64_32\":\"AAAA\"}", "publicKeyB64_32")]
    [InlineData(
        "{\"privateKeyB64_64\":\"" + PairBase64 + "\",\"publicKeyB64_32\":\"" + OtherPublicKey + "\"}",
        "another")]
    [InlineData(
        "{\"privateKeyB64_64\":\"" + SeedBase64 + "\",\"publicKeyB64_32\":\"" + OtherPublicKey + "\"}",
        "not belong")]
    [InlineData("[{\"privateKeyB64_64\":\"" + PairBase64 + "\"}]", "JSON array")]
    public void Credentials_without_a_usable_key_are_refused(string content, string problem) =>
        Assert.Contains(problem, MessageFor(content), StringComparison.Ordinal);

    [Theory]
    [InlineData("{")]
    [InlineData("{\"privateKeyB64_64\":\"" + PairBase64 + "\"")]
    [InlineData("{\"privateKeyB64_64\":\"" + PairBase64)]
    [InlineData("{\"privateKeyB64_64\":" + PairBase64 + "}")]
    [InlineData("{\"privateKeyB64_64\":\"" + PairBase64 + "\",}")]
    [InlineData("{\"privateKeyB64_64\":\"" + PairBase64 + "\"} more")]
    [InlineData("{\"privateKeyB64_64\":\"\\ud800\"}")]
    public void Malformed_JSON_is_refused(string content) =>
        Assert.Contains("malformed", MessageFor(content), StringComparison.Ordinal);

    [Fact]
    public void Deep_nesting_is_refused() =>
        Assert.Contains(
            "malformed",
            MessageFor(new StringBuilder().Insert(0, "{\"a\":", 5000).ToString()),
            StringComparison.Ordinal);
}
