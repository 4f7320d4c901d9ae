using System.Text;

namespace SxtAspNet.Tests.Keys;

/// <summary>
/// One key in many forms: the key of test 1 in RFC 8032, section 7.1, which everybody knows, so nothing secret lies
/// here. The openssl commands (3.0) that made each form stand beside it; key.pem is <see cref="Pem"/>.
/// </summary>
internal static class KeyVectors
{
    public const string Password = "correct-horse";

    public const string SeedHex = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    public const string PublicKeyHex = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

    public const string SeedBase64 = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";
    public const string PublicKeyBase64 = "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=";

    // printf SEED_HEX PUBLIC_KEY_HEX | xxd -r -p | base64 -w0
    public const string PairBase64 =
        "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2DXWpgBgrEKt9VL/tPJZAc6DuFy89qmIyWvAhpo9wdRGg==";

    // (printf 302e020100300506032b657004220420 | xxd -r -p; xxd -r -p < seed.hex) | openssl pkey -inform DER
    public const string Pem =
        """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
        -----END PRIVATE KEY-----

        """;

    // openssl pkey -in key.pem -outform DER | base64 -w0
    public const string DerBase64 = "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g";

    // openssl pkey -in key.pem -text
    public const string PemWithText =
        Pem +
        """
        ED25519 Private-Key:
        priv:
            9d:61:b1:9d:ef:fd:5a:60:ba:84:4a:f4:92:ec:2c:
            c4:44:49:c5:69:7b:32:69:19:70:3b:ac:03:1c:ae:
            7f:60
        pub:
            d7:5a:98:01:82:b1:0a:b7:d5:4b:fe:d3:c9:64:07:
            3a:0e:e1:72:f3:da:a6:23:25:af:02:1a:68:f7:07:
            51:1a

        """;

    // openssl pkcs8 -topk8 -in key.pem -v2 aes-256-cbc -v2prf hmacWithSHA256 -passout pass:correct-horse
    public const string EncryptedPem =
        """
        -----BEGIN ENCRYPTED PRIVATE KEY-----
        MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAh/EubCkQ9JKwICCAAw
        DAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEGZfk9wv0qdkd8Fcgfwlqr0EQDoD
        Pl4PBhYdHi68csnFb16i33E6iayZgUUY8QR4o2gqX/NdWIMTfiQUye3i7iiwkHyl
        x8ex9qESz1IBdrk+gfw=
        -----END ENCRYPTED PRIVATE KEY-----

        """;

    // The same with -outform DER | base64 -w0
    public const string EncryptedDerBase64 =
        "MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAiGxIiDIvwXSwICCAAwDAYIKoZIhvcNAgkFADAdBglghkgBZQMEASoEEI7M9gUv" +
        "HS5xwX7wnQTbJZ0EQKVnyAVA4lae7mDouC/RpkhPHLE9tlw/LQwpvTI9gOzdf+LX4LB4WhFa1UN5AaXZgqU0CzQXHESbliXXhebE1Yw=";

    // openssl pkcs8 -topk8 -in key.pem -v2 aes-128-cbc -v2prf hmacWithSHA1 -passout pass:correct-horse
    public const string EncryptedPemAes128Sha1 =
        """
        -----BEGIN ENCRYPTED PRIVATE KEY-----
        MIGNMEkGCSqGSIb3DQEFDTA8MBsGCSqGSIb3DQEFDDAOBAja9dmWdDFGjwICCAAw
        HQYJYIZIAWUDBAECBBAp5RMHwhKBJUlU5IJhKpzuBEBEhYv0heq/M2RyAlZviCaL
        8yhif2fwJX9IRLujCjgG9KojtEICXJwbrtXhVq18bhuDsi2Wns5IMSwKw3Mn9jdJ
        -----END ENCRYPTED PRIVATE KEY-----
        """;

    // openssl pkcs8 -topk8 -in key.pem -v2 aes-192-cbc -v2prf hmacWithSHA512 -iter 1000 -passout pass:pässwörd
    public const string EncryptedPemAes192Sha512 =
        """
        -----BEGIN ENCRYPTED PRIVATE KEY-----
        MIGbMFcGCSqGSIb3DQEFDTBKMCkGCSqGSIb3DQEFDDAcBAizWZGgQRufugICA+gw
        DAYIKoZIhvcNAgsFADAdBglghkgBZQMEARYEEDTDPBRNowsGZwBjZc5wKRIEQNNr
        3DeLT0pm1lz9+bpKJUwg5VS5K8ImCNK9tf6Im1AfWBr+moVsVW18rJransQVnlv+
        3mLpX70+jNMzdJp2pao=
        -----END ENCRYPTED PRIVATE KEY-----
        """;

    // The examples of RFC 8410, section 10.3: another key, the second time with an attribute and the public key.
    public const string Rfc8410PublicKeyHex = "19bf44096984cdfe8541bac167dc3b96c85086aa30b6b6cb0c5c38ad703166e1";

    public const string Rfc8410Pem =
        """
        -----BEGIN PRIVATE KEY-----
        MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
        -----END PRIVATE KEY-----
        """;

    public const string Rfc8410PemVersion2 =
        """
        -----BEGIN PRIVATE KEY-----
        MHICAQEwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC
        oB8wHQYKKoZIhvcNAQkJFDEPDA1DdXJkbGUgQ2hhaXJzgSEAGb9ECWmEzf6FQbrB
        Z9w7lshQhqowtrbLDFw4rXAxZuE=
        -----END PRIVATE KEY-----
        """;

    // RFC 8037, appendix A.1: the same key as in RFC 8032.
    public const string Jwk =
        """
        {"kty":"OKP","crv":"Ed25519",
         "d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A",
         "x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
        """;

    public const string DotEnv =
        $"""
        # Space and Time
        API_URL="https://api.makeinfinite.dev"
        USERID="orders-service"
        USER_PUBLIC_KEY="{PublicKeyBase64}"
        USER_PRIVATE_KEY="{SeedBase64}"

        """;

    public const string NodeCredentials =
        $$"""
        {
          "userid": "orders-service",
          "privateKeyB64_64": "{{PairBase64}}",
          "publicKeyB64_32": "{{PublicKeyBase64}}"
        }
        """;

    public const string GoSession =
        $$"""
        {"accessToken":"opaque","refreshToken":"opaque","privateKey":"{{PairBase64}}","publicKey":"{{PublicKeyBase64}}"}
        """;

    public static byte[] Seed => Convert.FromHexString(SeedHex);

    public static byte[] PublicKey => Convert.FromHexString(PublicKeyHex);

    public static byte[] Der => Convert.FromBase64String(DerBase64);

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    /// <summary>Parses the content and says whose key it is, in hex.</summary>
    public static string PublicKeyOf(ReadOnlySpan<byte> content, string? password = null)
    {
        using SxtSigningKey key = SxtSigningKey.Parse(content, password);
        return Convert.ToHexStringLower(key.PublicKey.Span);
    }

    public static string PublicKeyOf(string content, string? password = null) => PublicKeyOf(Utf8(content), password);

    /// <summary>Parses content that must be refused and returns the message.</summary>
    public static string MessageFor(byte[] content, string? password = null)
    {
        FormatException exception = Assert.Throws<FormatException>(() => SxtSigningKey.Parse(content, password));
        Assert.Null(exception.InnerException);
        return exception.Message;
    }

    public static string MessageFor(string content, string? password = null) => MessageFor(Utf8(content), password);
}
