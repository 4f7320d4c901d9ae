using System.Net;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;

namespace SxtAspNet;

/// <summary>
/// Who may call this app with a Space and Time token, and how the tokens are validated. Bound from
/// <c>Authentication:Schemes:{scheme}</c>, then set in code; read once, when the app starts.
/// </summary>
/// <remarks>
/// Tokens of Space and Time name no audience, and every user of the network holds one. So one of
/// <see cref="AllowedUsers"/>, <see cref="AllowedSubscriptions"/> and <see cref="AllowAnyUser"/> must say who is
/// accepted; without, the app does not start.
/// </remarks>
public sealed class SxtBearerOptions : AuthenticationSchemeOptions
{
    /// <summary>Makes the defaults.</summary>
    public SxtBearerOptions() => Events = new SxtBearerEvents();

    /// <summary>
    /// Base URL of the gateway that validates the tokens. Default: that of the default identity where the app has one
    /// (<c>AddSxt</c>; its <see cref="SxtOptions.BackchannelHttpHandler"/> is used as well), else
    /// https://api.makeinfinite.dev, the production gateway.
    /// </summary>
    public Uri? GatewayUrl { get; set; }

    /// <summary>The user ids that are accepted; upper and lower case differ.</summary>
    public IList<string> AllowedUsers { get; } = [];

    /// <summary>The subscriptions whose users are accepted, in addition to <see cref="AllowedUsers"/>.</summary>
    public IList<string> AllowedSubscriptions { get; } = [];

    /// <summary>Accepts every user of the network; only for an app that decides itself what each may do.</summary>
    public bool AllowAnyUser { get; set; }

    /// <summary>Refuses users that the gateway calls restricted. Default: <see langword="false"/>.</summary>
    public bool RefuseRestricted { get; set; }

    /// <summary>Refuses users that the gateway says are on trial. Default: <see langword="false"/>.</summary>
    public bool RefuseTrial { get; set; }

    /// <summary>Refuses users whose quota is used up, as the gateway says. Default: <see langword="false"/>.</summary>
    public bool RefuseQuotaExceeded { get; set; }

    /// <summary>
    /// Origins (scheme, host, port) that <c>AddSxtCallerTokenHandler</c> sends the caller's token to, in addition to the
    /// gateway's own. Plain http is accepted for loopback addresses only.
    /// </summary>
    public IList<Uri> AllowedOrigins { get; } = [];

    /// <summary>
    /// How long an accepted token is trusted before the gateway is asked about it again; never beyond its expiry. A token that was
    /// logged out elsewhere can be accepted here for as long. Default: 60 seconds.
    /// </summary>
    public TimeSpan CacheTime { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a refused token is refused before the gateway is asked about it again. Default: 10 seconds.</summary>
    public TimeSpan RefusalCacheTime { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How many answers about tokens are remembered. Default: 10,000.</summary>
    public int CacheSize { get; set; } = 10_000;

    /// <summary>
    /// How many tokens the gateway is asked about at the same time. Further unknown tokens are answered by 503, while
    /// known ones pass. Default: 16.
    /// </summary>
    public int MaxConcurrentValidations { get; set; } = 16;

    /// <summary>
    /// How many tokens a second the gateway is asked about, by this instance; half of it for addresses whose tokens were
    /// refused lately. A farm of N instances asks N times as often. Default: 100.
    /// </summary>
    public int MaxValidationsPerSecond { get; set; } = 100;

    /// <summary>
    /// How many unknown tokens a second of one address the gateway is asked about; further ones are answered by 429.
    /// Default: 20.
    /// </summary>
    public int MaxValidationsPerAddress { get; set; } = 20;

    /// <summary>
    /// How many tokens a minute of one address the gateway may refuse; then its further unknown tokens are answered by 429
    /// without a call. Default: 10.
    /// </summary>
    public int MaxRefusalsPerAddress { get; set; } = 10;

    /// <summary>
    /// The address of a caller, for the two limits per address; IPv6 addresses count by their first 64 bits. It is asked for
    /// unknown tokens only. Default: the connection's remote address; behind a proxy the app needs forwarded headers.
    /// <see langword="null"/>: only the limits for all callers hold. Code only.
    /// </summary>
    public Func<HttpContext, IPAddress?> CallerAddress { get; set; } = static context => context.Connection.RemoteIpAddress;

    /// <summary>Time limit of one validation, repetitions included. Default: 10 seconds.</summary>
    public TimeSpan GatewayTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How wrong this machine's clock may be, for refusing expired tokens without asking the gateway. It matters only
    /// until the gateway's first answer, which tells its time. Default: 5 minutes.
    /// </summary>
    public TimeSpan ClockSkew { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Puts the token into the <see cref="AuthenticationProperties"/>, for
    /// <c>HttpContext.GetTokenAsync("access_token")</c>. Default: <see langword="false"/> (unlike JwtBearer): calls on
    /// behalf of the caller need <c>AddSxtCallerTokenHandler</c> only.
    /// </summary>
    public bool SaveToken { get; set; }

    /// <summary>Whether a challenge says what is wrong with the token. Default: <see langword="true"/>.</summary>
    public bool IncludeErrorDetails { get; set; } = true;

    /// <summary>The realm of the challenges. Default: "Space and Time".</summary>
    public string Realm { get; set; } = "Space and Time";

    /// <summary>
    /// Sends the gateway calls, for proxies and tests; code only. It is used as it is and not disposed, and may be an
    /// identity's too; see <see cref="SxtOptions.BackchannelHttpHandler"/>.
    /// </summary>
    public HttpMessageHandler? BackchannelHttpHandler { get; set; }

    /// <summary>What the app does at each step; code only.</summary>
    public new SxtBearerEvents Events
    {
        get => (SxtBearerEvents)base.Events!;
        set => base.Events = value;
    }

    /// <summary>What is wrong with the configuration that these options were read from; for the validation.</summary>
    internal List<string> ConfigurationProblems { get; } = [];
}
