namespace SxtAspNet;

/// <summary>
/// A key in a .env file of the Python SDK. The syntax is python-dotenv's: comments, <c>export</c>, blanks around the
/// equals sign, values bare or in quotes, quoted values over several lines. Escapes and ${…} are left as they are:
/// base64 and hex need neither.
/// </summary>
internal ref struct DotEnvKey
{
    private ReadOnlySpan<byte> _private;
    private ReadOnlySpan<byte> _public;
    private bool _twice;

    internal bool HasPrivateKey { get; private set; }

    internal bool HasPublicKey { get; private set; }

    /// <summary>Whether the text sets any variable to anything. Base64 may end with an equals sign too.</summary>
    internal bool HasAssignment { get; private set; }

    private static ReadOnlySpan<byte> Blanks => " \t\v\f"u8;

    private static ReadOnlySpan<byte> LineEnds => "\r\n"u8;

    internal static DotEnvKey Scan(ReadOnlySpan<byte> text)
    {
        var found = default(DotEnvKey);
        while (!(text = text.TrimStart(KeyFormats.Whitespace)).IsEmpty)
        {
            if (TryReadName(ref text, out ReadOnlySpan<byte> name))
            {
                found.Take(name, ReadValue(ref text));
            }

            text = text[LengthOfLine(text)..];
        }

        return found;
    }

    internal readonly SeedSigningKey Read()
    {
        if (_twice)
        {
            throw KeyFormats.Rejected(
                "The .env file sets USER_PRIVATE_KEY or USER_PUBLIC_KEY twice; which one is meant?");
        }

        if (_private.IsEmpty)
        {
            throw KeyFormats.Rejected("The .env file sets USER_PRIVATE_KEY to nothing.");
        }

        using SecretBuffer<byte>? privateKey = EncodedSeed.Decode(_private);
        if (privateKey is null)
        {
            throw KeyFormats.Rejected("USER_PRIVATE_KEY in the .env file is neither base64 nor hex.");
        }

        if (_public.IsEmpty)
        {
            return EncodedSeed.Create(privateKey.Span, publicKey: default, "USER_PRIVATE_KEY");
        }

        using SecretBuffer<byte>? publicKey = EncodedSeed.Decode(_public);
        return publicKey?.Span.Length == SxtSigningKey.PublicKeySize
            ? EncodedSeed.Create(privateKey.Span, publicKey.Span, "USER_PRIVATE_KEY")
            : throw KeyFormats.Rejected("USER_PUBLIC_KEY in the .env file is not base64 or hex of 32 bytes.");
    }

    private void Take(scoped ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        HasAssignment |= !value.IsEmpty;
        if (name.SequenceEqual("USER_PRIVATE_KEY"u8))
        {
            _twice |= HasPrivateKey;
            HasPrivateKey = true;
            _private = value;
        }
        else if (name.SequenceEqual("USER_PUBLIC_KEY"u8))
        {
            _twice |= HasPublicKey;
            HasPublicKey = true;
            _public = value;
        }
    }

    /// <summary>Moves behind the equals sign, if the line has the form of an assignment.</summary>
    private static bool TryReadName(scoped ref ReadOnlySpan<byte> text, out ReadOnlySpan<byte> name)
    {
        ReadOnlySpan<byte> rest = text;
        if (rest.StartsWith("export"u8) && rest.Length > 6 && Blanks.Contains(rest[6]))
        {
            rest = rest[6..].TrimStart(Blanks);
        }

        int length = 0;
        while (length < rest.Length && (char.IsAsciiLetterOrDigit((char)rest[length]) || rest[length] == (byte)'_'))
        {
            length++;
        }

        name = rest[..length];
        rest = rest[length..].TrimStart(Blanks);
        if (name.IsEmpty || rest is not [(byte)'=', ..])
        {
            return false;
        }

        text = rest[1..].TrimStart(Blanks);
        return true;
    }

    /// <summary>Reads the value and moves behind it; the rest of its line is a comment at best.</summary>
    private static ReadOnlySpan<byte> ReadValue(scoped ref ReadOnlySpan<byte> text)
    {
        ReadOnlySpan<byte> value;
        if (text is [(byte)'"' or (byte)'\'', ..] && FindClosingQuote(text) is > 0 and int end)
        {
            value = text[1..end].Trim(KeyFormats.Whitespace);
            text = text[(end + 1)..];
            return value;
        }

        int length = LengthOfLine(text);
        value = text[..length];
        text = text[length..];
        int comment = FindComment(value);
        return value[..comment].TrimEnd(Blanks);
    }

    private static int FindClosingQuote(ReadOnlySpan<byte> text)
    {
        for (int i = 1; i < text.Length; i++)
        {
            if (text[i] == (byte)'\\')
            {
                i++;
            }
            else if (text[i] == text[0])
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>A # starts a comment at the start of a bare value or after a blank.</summary>
    private static int FindComment(ReadOnlySpan<byte> value)
    {
        for (int i = 0; i < value.Length; i++)
        {
            if (value[i] == (byte)'#' && (i == 0 || Blanks.Contains(value[i - 1])))
            {
                return i;
            }
        }

        return value.Length;
    }

    private static int LengthOfLine(ReadOnlySpan<byte> text)
    {
        int end = text.IndexOfAny(LineEnds);
        return end < 0 ? text.Length : end;
    }
}
