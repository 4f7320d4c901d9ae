namespace SxtAspNet;

/// <summary>
/// An access token of Space and Time. Whoever holds its value is the user: never store, log or share it. No property has
/// the value, so that neither a serializer nor a logger that reads properties comes by it.
/// </summary>
public sealed class SxtAccessToken
{
    private readonly string _value;

    /// <summary>Makes a token, for a test's own <see cref="ISxtSession"/>.</summary>
    /// <param name="value">The token, as it goes behind "Bearer " into the Authorization header.</param>
    /// <param name="expiresAt">When it stops working, on the gateway's clock.</param>
    /// <exception cref="ArgumentException">The value is empty.</exception>
    public SxtAccessToken(string value, DateTimeOffset expiresAt)
    {
        ArgumentException.ThrowIfNullOrEmpty(value);
        _value = value;
        ExpiresAt = expiresAt;
    }

    /// <summary>When it stops working, on the gateway's clock: its own expiry or the session's end, whichever is earlier.</summary>
    public DateTimeOffset ExpiresAt { get; }

    /// <summary>The token, as it goes behind "Bearer " into the Authorization header.</summary>
    /// <returns>The secret itself.</returns>
    public string GetValue() => _value;

    /// <summary>Says when it expires; never the token.</summary>
    public override string ToString() => $"access token, usable until {ExpiresAt:O}";
}
