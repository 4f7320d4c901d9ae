namespace SxtAspNet;

/// <summary>
/// A feature of the HTTP context: a token that the caller of this request was authenticated with, for calls on the
/// caller's behalf; and those of other schemes, if there are any.
/// </summary>
internal sealed class CallerToken(string scheme, Func<string> header, CallerToken? others)
{
    /// <summary>The value of an Authorization header with the token that was accepted by a scheme, if any was.</summary>
    public string? HeaderFor(string authenticationScheme) =>
        scheme == authenticationScheme ? header() : others?.HeaderFor(authenticationScheme);

    public override string ToString() => $"token of the caller, accepted by {scheme}";
}
