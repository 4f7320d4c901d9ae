namespace SxtAspNet;

/// <summary>An access token of Space and Time. Whoever holds its value is the user: never store, log or share it.</summary>
public sealed class SxtAccessToken
{
    internal SxtAccessToken(string value, DateTimeOffset expiresAt)
    {
        Value = value;
        ExpiresAt = expiresAt;
    }

    /// <summary>The token, as it goes behind "Bearer " into the Authorization header.</summary>
    public string Value { get; }

    /// <summary>When it stops working, on the gateway's clock: its own expiry or the session's end, whichever is earlier.</summary>
    public DateTimeOffset ExpiresAt { get; }

    /// <summary>Says when it expires; never the token.</summary>
    public override string ToString() => $"access token, usable until {ExpiresAt:O}";
}
