namespace SxtAspNet.Sessions;

/// <summary>What a request needs, made once per generation: the ready header and a monotonic deadline.</summary>
internal sealed class ActiveToken(Session session, SxtAccessToken token, long unusableFrom)
{
    public Session Session { get; } = session;

    public SxtAccessToken Token { get; } = token;

    /// <summary>The value of the Authorization header.</summary>
    public string HeaderValue { get; } = "Bearer " + token.Value;

    /// <summary>The monotonic timestamp from which on the token is not sent any more.</summary>
    public long UnusableFrom { get; } = unusableFrom;

    public bool IsUsableAt(long timestamp) => timestamp < UnusableFrom;

    public override string ToString() => Token.ToString();
}
