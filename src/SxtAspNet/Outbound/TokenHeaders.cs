namespace SxtAspNet.Outbound;

/// <summary>
/// The Authorization header of each token, formatted once per generation, and the memory of them: that is how an own
/// header that an earlier attempt left on a request is told from a caller's.
/// </summary>
internal sealed class TokenHeaders
{
    private const string Scheme = "Bearer ";

    private readonly Lock _gate = new();
    private readonly PresentedTokens _presented = new();
    private volatile Formatted? _latest;

    public string For(SxtAccessToken token) =>
        _latest is { } latest && ReferenceEquals(latest.Token, token) ? latest.Value : Add(token);

    /// <summary>Whether a header carries this token.</summary>
    public bool Is(string value, SxtAccessToken token) =>
        _latest is { } latest && ReferenceEquals(latest.Token, token)
            ? value == latest.Value
            : value.StartsWith(Scheme, StringComparison.Ordinal) && value.AsSpan(Scheme.Length).SequenceEqual(token.GetValue());

    public bool IsOwn(string value) =>
        value == _latest?.Value || (value.StartsWith(Scheme, StringComparison.Ordinal) && _presented.Contains(value));

    private string Add(SxtAccessToken token)
    {
        lock (_gate)
        {
            if (_latest is { } latest && ReferenceEquals(latest.Token, token))
            {
                return latest.Value;
            }

            var value = Scheme + token.GetValue();
            _presented.Add(value);
            _latest = new Formatted(token, value);
            return value;
        }
    }

    private sealed class Formatted(SxtAccessToken token, string value)
    {
        public SxtAccessToken Token { get; } = token;

        public string Value { get; } = value;
    }
}
