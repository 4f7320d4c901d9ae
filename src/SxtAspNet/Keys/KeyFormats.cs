using System.Buffers;
using System.Text.Unicode;

namespace SxtAspNet;

/// <summary>
/// Finds out which form a key is in. The forms exclude each other: JSON starts with a brace, a .env file assigns
/// a variable with a known name, PEM has its boundary, DER has control characters, and the rest is one run of hex or base64.
/// </summary>
internal static class KeyFormats
{
    /// <summary>What is accepted, each as words that end the sentence "Accepted are Ed25519 keys as".</summary>
    internal static readonly string[] Forms =
    [
        "PKCS#8 (PEM or DER, also encrypted)",
        "a 32-byte seed or a 64-byte seed and public key in base64 or hex",
        "a .env file of the Python SDK (USER_PRIVATE_KEY or SXT_USER_PRIVATE_KEY)",
        "a credentials.json of the Node.js SDK (privateKeyB64_64)",
        "a file of the Go SDK (JSON with privateKey)",
        "an OKP JWK",
    ];

    private static readonly string Accepted =
        $"Accepted are Ed25519 keys as {string.Join("; as ", Forms)}. To make a new key: openssl genpkey -algorithm ed25519.";

    private static readonly SearchValues<byte> ControlCharacters = SearchValues.Create(
        [.. Enumerable.Range(0, 0x20).Select(c => (byte)c).Except("\t\n\v\f\r"u8.ToArray()), 0x7F]);

    internal static ReadOnlySpan<byte> Whitespace => " \t\n\v\f\r"u8;

    internal static ReadOnlySpan<byte> Utf8Bom => [0xEF, 0xBB, 0xBF];

    internal static SeedSigningKey Read(ReadOnlySpan<byte> data, ReadOnlySpan<char> password)
    {
        if (data.Length > SecretFile.MaxSize)
        {
            throw Rejected($"The content is larger than {SecretFile.MaxSize / 1024} KiB, so it is no key.");
        }

        // The two halves prove each other, so this can't be another form by accident.
        if (data.Length == EncodedSeed.PairSize
            && SeedSigningKey.TryCreate(data[..SxtSigningKey.SeedSize], data[SxtSigningKey.SeedSize..], out var raw))
        {
            return raw.ReadFrom("raw seed and public key");
        }

        if (IsUtf16(data))
        {
            throw Rejected("The content is UTF-16 text; save it as UTF-8.");
        }

        ReadOnlySpan<byte> content = data.StartsWith(Utf8Bom) ? data[Utf8Bom.Length..] : data;
        if (content.ContainsAny(ControlCharacters) || !Utf8.IsValid(content))
        {
            return ReadBinary(data, password);
        }

        content = content.Trim(Whitespace);
        return content.IsEmpty ? throw Rejected("The content is empty.") : ReadText(content, password);
    }

    /// <summary>The error for what is no key here. <paramref name="found"/> must not quote the content.</summary>
    internal static FormatException Rejected(string found) => new($"{found} {Accepted}");

    /// <summary>The error for a key whose form is right, so that a list of forms would lead astray.</summary>
    internal static FormatException Locked(string found) => new(found);

    private static SeedSigningKey ReadBinary(ReadOnlySpan<byte> data, ReadOnlySpan<char> password)
    {
        const byte derSequence = 0x30;
        if (data[0] == derSequence)
        {
            SeedSigningKey key = Pkcs8.Read(data, password);
            return key.ReadFrom($"{key.Form} in DER");
        }

        throw Rejected(data.Length switch
        {
            // Any 32 bytes make a key: taking them would turn a public key or a password into a key that never works.
            SxtSigningKey.SeedSize =>
                "The content is 32 raw bytes, which may be a seed or a public key; write the seed as base64 or hex.",
            EncodedSeed.PairSize =>
                "The content is 64 raw bytes, but the last 32 are not the public key of the first 32.",
            _ => "The content is binary, but not DER.",
        });
    }

    private static SeedSigningKey ReadText(ReadOnlySpan<byte> text, ReadOnlySpan<char> password)
    {
        if (text[0] == (byte)'{')
        {
            return JsonKey.Read(text);
        }

        DotEnvKey environment = DotEnvKey.Scan(text);
        if (environment.HasPrivateKey)
        {
            return environment.Read();
        }

        if (PemKey.IsPem(text))
        {
            return PemKey.Read(text, password);
        }

        using (SecretBuffer<byte>? decoded = EncodedSeed.Decode(text))
        {
            if (decoded is not null)
            {
                return EncodedSeed.Create(decoded.Span, publicKey: default, "The content")
                    .ReadFrom(EncodedSeed.Describe(text, decoded.Span.Length));
            }
        }

        throw Rejected(
            SxtApiKey.IsMeant(text) ? "The content is an API key, which can't sign; a signing key is needed here."
            : text.StartsWith("ssh-"u8) ? "The content is an OpenSSH public key; the private key is needed."
            : text.StartsWith("PuTTY-User-Key-File"u8) ? "The content is a PuTTY key file."
            : text[0] == (byte)'[' ? "The content is a JSON array; a JSON object is needed."
            : environment.HasPublicKey ? "The content is a .env file with a public key but without USER_PRIVATE_KEY."
            : environment.HasAssignment ? "The content looks like a .env file, but it does not set USER_PRIVATE_KEY."
            : "The content is text in an unknown form.");
    }

    private static bool IsUtf16(ReadOnlySpan<byte> data) =>
        data is [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..]
        || data is [(>= 0x20 and < 0x7F), 0, (>= 0x20 and < 0x7F), 0, ..]
        || data is [0, (>= 0x20 and < 0x7F), 0, (>= 0x20 and < 0x7F), ..];
}
