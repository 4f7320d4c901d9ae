using System.Text;

namespace SxtAspNet;

/// <summary>
/// A key in a .env file of the Python SDK, whose versions name the variables differently. The syntax is python-dotenv's: comments, <c>export</c>, blanks around the
/// equals sign, values bare or in quotes, quoted values over several lines. Escapes and ${…} are left as they are:
/// base64 and hex need neither.
/// </summary>
internal ref struct DotEnvKey
{
    private static readonly string[] PrivateNames =
        ["USER_PRIVATE_KEY", "SXT_USER_PRIVATE_KEY", "SXT_USER_PRIVATEKEY", "USER_PRIVATEKEY"];

    private static readonly string[] PublicNames =
        ["USER_PUBLIC_KEY", "SXT_USER_PUBLIC_KEY", "SXT_USER_PUBLICKEY", "USER_PUBLICKEY"];

    private Variable _private;
    private Variable _public;

    internal readonly bool HasPrivateKey => _private.Name is not null;

    internal readonly bool HasPublicKey => _public.Name is not null;

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
        ThrowIfAmbiguous(_private);
        ThrowIfAmbiguous(_public);
        string name = _private.Name!;
        if (_private.Value.IsEmpty)
        {
            throw KeyFormats.Rejected($"The .env file sets {name} to nothing.");
        }

        using SecretBuffer<byte>? privateKey = EncodedSeed.Decode(_private.Value);
        if (privateKey is null)
        {
            throw KeyFormats.Rejected($"{name} in the .env file is neither base64 nor hex.");
        }

        return ReadPair(privateKey.Span, name).ReadFrom($"{name} in a .env file");
    }

    private readonly SeedSigningKey ReadPair(ReadOnlySpan<byte> privateKey, string name)
    {
        if (_public.Value.IsEmpty)
        {
            return EncodedSeed.Create(privateKey, publicKey: default, name);
        }

        using SecretBuffer<byte>? publicKey = EncodedSeed.Decode(_public.Value);
        return publicKey?.Span.Length == SxtSigningKey.PublicKeySize
            ? EncodedSeed.Create(privateKey, publicKey.Span, name)
            : throw KeyFormats.Rejected($"{_public.Name} in the .env file is not base64 or hex of 32 bytes.");
    }

    private static void ThrowIfAmbiguous(Variable variable)
    {
        if (variable.Other is { } other)
        {
            throw KeyFormats.Rejected(other == variable.Name
                ? $"The .env file sets {other} twice, to different values; which one is meant?"
                : $"The .env file sets {variable.Name} and {other} to different values; which one is meant?");
        }
    }

    private void Take(scoped ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        HasAssignment |= !value.IsEmpty;
        if (Find(name, PrivateNames) is { } privateName)
        {
            _private.Take(privateName, value);
        }
        else if (Find(name, PublicNames) is { } publicName)
        {
            _public.Take(publicName, value);
        }
    }

    private static string? Find(ReadOnlySpan<byte> name, string[] names)
    {
        foreach (string known in names)
        {
            if (Ascii.Equals(name, known))
            {
                return known;
            }
        }

        return null;
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

    /// <summary>What is set under any of the names that mean the same.</summary>
    private ref struct Variable
    {
        public string? Name { get; private set; }

        public ReadOnlySpan<byte> Value { get; private set; }

        /// <summary>The name under which it is set to another value.</summary>
        public string? Other { get; private set; }

        /// <summary>A template that leaves a variable empty does not contradict one that is set.</summary>
        public void Take(string name, ReadOnlySpan<byte> value)
        {
            if (Name is null || Value.IsEmpty)
            {
                Name = name;
                Value = value;
            }
            else if (!value.IsEmpty && !IsSame(Value, value))
            {
                Other = name;
            }
        }

        /// <summary>The same key may be written as base64 and as hex.</summary>
        private static bool IsSame(ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
        {
            using SecretBuffer<byte>? first = EncodedSeed.Decode(one);
            using SecretBuffer<byte>? second = EncodedSeed.Decode(other);
            return first is null || second is null ? one.SequenceEqual(other) : first.Span.SequenceEqual(second.Span);
        }
    }
}
