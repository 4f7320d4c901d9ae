namespace SxtAspNet.Outbound;

/// <summary>
/// The Authorization header of each token, formatted once per generation, and the memory of the last ones: that is
/// how an own header that an earlier attempt left on a request is told from a caller's.
/// </summary>
internal sealed class TokenHeaders
{
    private const string Scheme = "Bearer ";
    private const int Remembered = 16;

    private readonly Lock _gate = new();
    private readonly Queue<string> _recent = new(Remembered);
    private volatile Header? _latest;

    public string For(SxtAccessToken token) =>
        _latest is { } latest && ReferenceEquals(latest.Token, token) ? latest.Value : Add(token);

    /// <summary>Whether a header carries this token.</summary>
    public bool Is(string value, SxtAccessToken token) =>
        _latest is { } latest && ReferenceEquals(latest.Token, token)
            ? value == latest.Value
            : value.StartsWith(Scheme, StringComparison.Ordinal) && value.AsSpan(Scheme.Length).SequenceEqual(token.GetValue());

    public bool IsOwn(string value)
    {
        lock (_gate)
        {
            return _recent.Contains(value);
        }
    }

    private string Add(SxtAccessToken token)
    {
        lock (_gate)
        {
            if (_latest is { } latest && ReferenceEquals(latest.Token, token))
            {
                return latest.Value;
            }

            var value = Scheme + token.GetValue();
            if (!_recent.Contains(value))
            {
                if (_recent.Count == Remembered)
                {
                    _recent.Dequeue();
                }

                _recent.Enqueue(value);
            }

            _latest = new Header(token, value);
            return value;
        }
    }

    private sealed class Header(SxtAccessToken token, string value)
    {
        public SxtAccessToken Token { get; } = token;

        public string Value { get; } = value;
    }
}
