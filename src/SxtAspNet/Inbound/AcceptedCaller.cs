using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;

namespace SxtAspNet.Inbound;

/// <summary>
/// Who an accepted token belongs to, made once per validation. Each request gets a principal and properties of its own:
/// apps add claims to them.
/// </summary>
internal sealed class AcceptedCaller
{
    private readonly Claim[] _claims;
    private readonly IDictionary<string, string?> _properties;

    public AcceptedCaller(string userId, TokenClaims token, string issuer)
    {
        UserId = userId;
        _claims =
        [
            Claim(ClaimTypes.NameIdentifier, userId),
            Claim(ClaimTypes.Name, userId),
            .. token.Subscription is { } subscription ? [Claim(SxtClaimTypes.Subscription, subscription)] : Array.Empty<Claim>(),
            .. token.Session is { } session ? [Claim(SxtClaimTypes.Session, session)] : Array.Empty<Claim>(),
            Claim(
                SxtClaimTypes.Expiry,
                token.UsableUntil.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
                ClaimValueTypes.Integer64),
        ];
        _properties = new AuthenticationProperties { IssuedUtc = token.IssuedAt, ExpiresUtc = token.UsableUntil }.Items;

        Claim Claim(string type, string value, string valueType = ClaimValueTypes.String) => new(type, value, valueType, issuer);
    }

    public string UserId { get; }

    /// <summary>A principal with copies of the claims.</summary>
    public ClaimsPrincipal CreatePrincipal(string authenticationType) => CreatePrincipal(_claims, authenticationType);

    public static ClaimsPrincipal CreatePrincipal(IEnumerable<Claim> claims, string authenticationType) =>
        new(new ClaimsIdentity(claims, authenticationType, ClaimTypes.Name, ClaimTypes.Role));

    public AuthenticationProperties CreateProperties() => new(new Dictionary<string, string?>(_properties, StringComparer.Ordinal));
}
