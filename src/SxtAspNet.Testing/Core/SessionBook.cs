using System.Security.Cryptography;

namespace SxtAspNet.Testing.Core;

/// <summary>The sessions and the tokens that were issued for them.</summary>
internal sealed class SessionBook(TokenMint mint, Keyrings keyrings, SxtGatewayEmulatorOptions options)
{
    /// <summary>
    /// How long a session is remembered that no token works for any more. Late presentations of its tokens are still
    /// told apart meanwhile.
    /// </summary>
    private static readonly TimeSpan Memory = TimeSpan.FromHours(1);

    private readonly Dictionary<string, Session> _sessions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, IssuedToken> _tokens = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _subscriptions = new(StringComparer.Ordinal);

    public int SessionCount => _sessions.Count;

    public int TokenCount => _tokens.Count;

    public IssuedToken? Find(string? token) =>
        token is not null && _tokens.TryGetValue(token, out var known) ? known : null;

    public SessionTokens Start(string userId, DateTimeOffset now)
    {
        var session = new Session(NewId(), userId, now + options.SessionLifetime);
        _sessions.Add(session.Id, session);
        return Issue(session, now);
    }

    /// <summary>Spends a refresh token.</summary>
    /// <returns>The new tokens; <see langword="null"/> and the reason when the token is refused.</returns>
    public (SessionTokens? Tokens, string? Refusal) Refresh(string? refreshToken, DateTimeOffset now)
    {
        if (Find(refreshToken) is not { IsRefresh: true } token)
        {
            return (null, "No refresh token that is known here.");
        }

        if (token.Session.Ended || token.Session.EndsAt <= now)
        {
            return (null, "The session has ended.");
        }

        // Before the expiry: a spent token is a sign of theft at any age.
        if (token.Spent && !options.AllowRefreshTokenReuse)
        {
            token.Session.Ended = options.ReusedRefreshTokenEndsSession;
            return (null, token.Session.Ended
                ? "The refresh token was used before; the session has been ended."
                : "The refresh token was used before.");
        }

        if (token.ExpiresAt <= now)
        {
            return (null, "The refresh token has expired.");
        }

        token.Spent = true;
        if (options.RefreshExtendsSession)
        {
            token.Session.EndsAt = now + options.SessionLifetime;
        }

        return (Issue(token.Session, now), null);
    }

    /// <summary>The session that an access token works for.</summary>
    public Session? Authenticate(string? accessToken, DateTimeOffset now) =>
        Find(accessToken) is { IsRefresh: false } token
            && !token.Session.Ended
            && !token.IsOver(now)
            && (options.OldAccessTokensSurviveRefresh || token.Iteration == token.Session.Iteration)
            ? token.Session
            : null;

    public void EndAll(string userId, Session? except = null)
    {
        foreach (Session session in _sessions.Values)
        {
            if (session.UserId == userId && session != except)
            {
                session.Ended = true;
            }
        }
    }

    public void Forget(DateTimeOffset now)
    {
        foreach (Session session in _sessions.Values)
        {
            DateTimeOffset useless = session.EndsAt < session.LastExpiry ? session.EndsAt : session.LastExpiry;
            if (useless + Memory <= now)
            {
                _sessions.Remove(session.Id);
                session.Tokens.ForEach(token => _tokens.Remove(token));
            }
        }
    }

    private SessionTokens Issue(Session session, DateTimeOffset now)
    {
        session.Iteration = NewId();
        string access = Issue(session, isRefresh: false, now, now + options.AccessTokenLifetime);
        string refresh = Issue(session, isRefresh: true, now, now + options.RefreshTokenLifetime);
        return new(session, access, _tokens[access].ExpiresAt, refresh, _tokens[refresh].ExpiresAt);
    }

    private string Issue(Session session, bool isRefresh, DateTimeOffset now, DateTimeOffset expiresAt)
    {
        string? subscription = null;
        if (keyrings.Describe(session.UserId).HasSubscriptionClaim && !_subscriptions.TryGetValue(session.UserId, out subscription))
        {
            _subscriptions[session.UserId] = subscription = Guid.NewGuid().ToString();
        }

        string token = mint.Sign(new TokenClaims(
            isRefresh, session.UserId, subscription, session.Id, session.Iteration, now, expiresAt, session.EndsAt));
        _tokens.Add(token, new IssuedToken(session, isRefresh, session.Iteration, expiresAt));
        session.Tokens.Add(token);
        session.LastExpiry = expiresAt > session.LastExpiry ? expiresAt : session.LastExpiry;
        return token;
    }

    private static string NewId() => RandomNumberGenerator.GetHexString(24, lowercase: true);
}

internal sealed class Session(string id, string userId, DateTimeOffset endsAt)
{
    public string Id { get; } = id;

    public string UserId { get; } = userId;

    public DateTimeOffset EndsAt { get; set; } = endsAt;

    public bool Ended { get; set; }

    public string Iteration { get; set; } = "";

    public List<string> Tokens { get; } = [];

    public DateTimeOffset LastExpiry { get; set; }
}

internal sealed class IssuedToken(Session session, bool isRefresh, string iteration, DateTimeOffset expiresAt)
{
    public Session Session { get; } = session;

    public bool IsRefresh { get; } = isRefresh;

    public string Iteration { get; } = iteration;

    public DateTimeOffset ExpiresAt { get; } = expiresAt;

    /// <summary>Whether it reached the gateway in a refresh, answered or not.</summary>
    public bool Presented { get; set; }

    /// <summary>Whether a refresh was done with it.</summary>
    public bool Spent { get; set; }

    public bool IsOver(DateTimeOffset now) => ExpiresAt <= now || Session.EndsAt <= now;
}

internal sealed record SessionTokens(
    Session Session,
    string AccessToken,
    DateTimeOffset AccessTokenExpires,
    string RefreshToken,
    DateTimeOffset RefreshTokenExpires)
{
    public override string ToString() => $"session {Session.Id}";
}
