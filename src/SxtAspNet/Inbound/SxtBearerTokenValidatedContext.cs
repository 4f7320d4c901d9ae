using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using SxtAspNet.Inbound;

namespace SxtAspNet;

/// <summary>
/// A token was accepted. The principal is this request's own: it may be changed or replaced, and
/// <see cref="ResultContext{TOptions}.Fail(string)"/> refuses the caller after all.
/// </summary>
public sealed class SxtBearerTokenValidatedContext : ResultContext<SxtBearerOptions>
{
    private readonly PresentedToken _token;

    /// <summary>Makes a context; the scheme does it, and a test of an app's events may.</summary>
    /// <param name="context">The request.</param>
    /// <param name="scheme">The scheme.</param>
    /// <param name="options">The scheme's options.</param>
    /// <param name="userId">The user id that the gateway answered with; the principal gets it as its name.</param>
    /// <param name="token">The token, without "Bearer ".</param>
    /// <exception cref="ArgumentException">The user id or the token is empty.</exception>
    public SxtBearerTokenValidatedContext(
        HttpContext context, AuthenticationScheme scheme, SxtBearerOptions options, string userId, string token)
        : base(context, scheme, options)
    {
        ArgumentException.ThrowIfNullOrEmpty(userId);
        ArgumentException.ThrowIfNullOrEmpty(token);
        _token = new PresentedToken(token);
        UserId = userId;
        Principal = AcceptedCaller.CreatePrincipal(
            [new Claim(ClaimTypes.NameIdentifier, userId), new Claim(ClaimTypes.Name, userId)], scheme.Name);
    }

    internal SxtBearerTokenValidatedContext(
        HttpContext context, AuthenticationScheme scheme, SxtBearerOptions options, PresentedToken token, AcceptedCaller caller)
        : base(context, scheme, options)
    {
        _token = token;
        UserId = caller.UserId;
        Principal = caller.CreatePrincipal(scheme.Name);
        Properties = caller.CreateProperties();
    }

    /// <summary>The user id that the gateway answered with.</summary>
    public string UserId { get; }

    /// <summary>The token; each call makes a copy. Whoever holds it is the user: never store, log or share it.</summary>
    /// <returns>A copy of the token.</returns>
    public string GetToken() => _token.Copy();
}
