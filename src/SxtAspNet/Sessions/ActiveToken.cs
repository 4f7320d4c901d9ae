namespace SxtAspNet.Sessions;

/// <summary>What a request needs to know, made once per generation: the token and a deadline.</summary>
/// <param name="session">The session that it belongs to.</param>
/// <param name="token">The token.</param>
/// <param name="unusableFrom">When it is not sent any more, on the coarse clock, in milliseconds.</param>
internal sealed class ActiveToken(Session session, SxtAccessToken token, long unusableFrom)
{
    public Session Session { get; } = session;

    public SxtAccessToken Token { get; } = token;

    public bool IsUsableAt(long milliseconds) => milliseconds < unusableFrom;

    public override string ToString() => Token.ToString();
}
