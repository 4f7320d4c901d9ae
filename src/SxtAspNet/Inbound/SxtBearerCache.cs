using SxtAspNet.Inbound;

namespace SxtAspNet;

/// <summary>What this instance remembers about callers' tokens; a service of every app with <c>AddSxtBearer</c>.</summary>
public sealed class SxtBearerCache
{
    private readonly TokenValidators _validators;

    internal SxtBearerCache(TokenValidators validators) => _validators = validators;

    /// <summary>
    /// Forgets a token, in all schemes of this instance: the next request that presents it asks the gateway again. For
    /// an app that logs a caller out itself, or learns that one was.
    /// </summary>
    /// <param name="token">The token, without "Bearer ".</param>
    public void Invalidate(string token)
    {
        ArgumentNullException.ThrowIfNull(token);
        _validators.Invalidate(token);
    }
}
