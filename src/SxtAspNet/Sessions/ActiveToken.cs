namespace SxtAspNet.Sessions;

/// <summary>What a request needs to know, made once per generation: the token and a monotonic deadline.</summary>
internal sealed class ActiveToken(Session session, SxtAccessToken token, long unusableFrom)
{
    public Session Session { get; } = session;

    public SxtAccessToken Token { get; } = token;

    /// <summary>The monotonic timestamp from which on the token is not sent any more.</summary>
    public long UnusableFrom { get; } = unusableFrom;

    public bool IsUsableAt(long timestamp) => timestamp < UnusableFrom;

    public override string ToString() => Token.ToString();
}
