using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using SxtAspNet.Gateway;

namespace SxtAspNet.Inbound;

/// <summary>
/// Who an accepted token belongs to, made once per validation. Each request gets a principal and properties of its own:
/// apps add claims to them.
/// </summary>
internal sealed class AcceptedCaller
{
    private readonly Claim[] _claims;
    private readonly IDictionary<string, string?> _properties;

    public AcceptedCaller(ValidTokenAnswer user, TokenClaims token, string issuer)
    {
        UserId = user.UserId!;
        _claims =
        [
            Claim(ClaimTypes.NameIdentifier, UserId),
            Claim(ClaimTypes.Name, UserId),
            .. token.Subscription is { } subscription ? [Claim(SxtClaimTypes.Subscription, subscription)] : Array.Empty<Claim>(),
            .. token.Session is { } session ? [Claim(SxtClaimTypes.Session, session)] : Array.Empty<Claim>(),
            Claim(
                SxtClaimTypes.Expiry,
                token.UsableUntil.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
                ClaimValueTypes.Integer64),
            .. user.SubscriptionId is { } id ? [Claim(SxtClaimTypes.SubscriptionId, id)] : Array.Empty<Claim>(),
            .. Flag(SxtClaimTypes.Restricted, user.Restricted),
            .. Flag(SxtClaimTypes.QuotaExceeded, user.QuotaExceeded),
            .. Flag(SxtClaimTypes.Trial, user.Trial),
        ];
        _properties = new AuthenticationProperties { IssuedUtc = token.IssuedAt, ExpiresUtc = token.UsableUntil }.Items;

        Claim Claim(string type, string value, string valueType = ClaimValueTypes.String) => new(type, value, valueType, issuer);

        Claim[] Flag(string type, bool? value) => value is { } flag ? [Claim(type, flag ? "true" : "false", ClaimValueTypes.Boolean)] : [];
    }

    public string UserId { get; }

    /// <summary>A principal with copies of the claims.</summary>
    public ClaimsPrincipal CreatePrincipal(string authenticationType) => CreatePrincipal(_claims, authenticationType);

    public static ClaimsPrincipal CreatePrincipal(IEnumerable<Claim> claims, string authenticationType) =>
        new(new ClaimsIdentity(claims, authenticationType, ClaimTypes.Name, ClaimTypes.Role));

    public AuthenticationProperties CreateProperties() => new(new Dictionary<string, string?>(_properties, StringComparer.Ordinal));
}
