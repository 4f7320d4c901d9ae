using SxtAspNet.Sessions;

namespace SxtAspNet.Tests.Sessions;

/// <summary>Sessions as the gateway grants them, to try rules on.</summary>
internal static class TestSessions
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    /// <summary>A session that is granted at noon, with a token of 25 minutes, unless it says otherwise.</summary>
    public static Session Create(
        long generation = 1,
        string token = "t.o.ken",
        DateTimeOffset? grantedAt = null,
        TimeSpan? tokenLifetime = null,
        TimeSpan? lifetime = null,
        RefreshToken? refreshToken = null)
    {
        var start = grantedAt ?? Noon;
        var expiresAt = start + (tokenLifetime ?? Session.DocumentedTokenLifetime);
        return new Session
        {
            Generation = generation,
            GrantedAt = start,
            AccessToken = new SxtAccessToken(token, expiresAt),
            ExpiresAt = expiresAt,
            EndsAt = start + (lifetime ?? Session.DocumentedLifetime),
            RefreshToken = refreshToken,
        };
    }

    /// <summary>A refresh token that lives until some time after noon.</summary>
    public static RefreshToken Refresh(TimeSpan lifetime) => new("r.e.f", Noon + lifetime);
}
