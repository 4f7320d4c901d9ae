namespace SxtAspNet.Inbound;

/// <summary>
/// A token where it was found, usually within the Authorization header: a request whose token is known makes no copy.
/// </summary>
internal readonly struct PresentedToken(string text, int start, int length)
{
    private const string Prefix = "Bearer ";

    public PresentedToken(string token)
        : this(token, 0, token.Length)
    {
    }

    public ReadOnlySpan<char> Span => text.AsSpan(start, length);

    public string Copy() => text.Substring(start, length);

    /// <summary>The value of an Authorization header with this token.</summary>
    public string ToHeader() =>
        start == Prefix.Length && text.Length == start + length && text.StartsWith(Prefix, StringComparison.Ordinal)
            ? text
            : string.Concat(Prefix, Span);

    public override string ToString() => "presented token";
}
