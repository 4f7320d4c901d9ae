namespace SxtAspNet.Diagnostics;

/// <summary>The names of tags, and their values: part of what dashboards and alerts are built on.</summary>
internal static class Words
{
    public const string Identity = "sxt.identity";
    public const string Scheme = "sxt.scheme";
    public const string State = "sxt.state";
    public const string Mode = "sxt.mode";
    public const string Kind = "sxt.kind";
    public const string Outcome = "sxt.outcome";
    public const string Cause = "sxt.cause";
    public const string Source = "sxt.source";
    public const string Operation = "sxt.operation";
    public const string ErrorType = "error.type";

    // Kinds of renewals: what the gateway was asked for last.
    public const string NoCall = "none";
    public const string Login = "login";
    public const string Refresh = "refresh";

    /// <summary>The exchange of an API key, where a login is due at each renewal.</summary>
    public const string Exchange = "exchange";

    public const string Logout = "logout";

    /// <summary>Why a request got no token: its caller gave up.</summary>
    public const string Canceled = "Canceled";

    // Outcomes of renewals.
    public const string Granted = "granted";
    public const string Adopted = "adopted";
    public const string Postponed = "postponed";
    public const string AwaitsStore = "awaits_store";
    public const string Failed = "failed";

    // Where a session was adopted from.
    public const string Notice = "notice";
    public const string Poll = "poll";
    public const string Renewal = "renewal";
    public const string Inquiry = "inquiry";

    // What a 401 was about.
    public const string Api = "api";
    public const string DeadToken = "dead_token";
    public const string Unknown = "unknown";

    // Outcomes of calls to the store, of keys, of the lock.
    public const string Ok = "ok";
    public const string Conflict = "conflict";
    public const string Timeout = "timeout";
    public const string Opened = "opened";
    public const string Taken = "taken";
    public const string Busy = "busy";
    public const string GivenUp = "given_up";

    // Validations of callers' tokens.
    public const string Accepted = "accepted";
    public const string Refused = "refused";
    public const string Unavailable = "unavailable";
    public const string Cache = "cache";
    public const string Gateway = "gateway";
    public const string Token = "token";
    public const string Address = "address";
    public const string App = "app";

    public static string NameOf(string identity) => identity.Length == 0 ? "default" : identity;

    public static string Of(SxtSessionState state) => state switch
    {
        SxtSessionState.NotStarted => "not_started",
        SxtSessionState.Active => "active",
        SxtSessionState.Degraded => "degraded",
        SxtSessionState.Unavailable => Unavailable,
        _ => "logged_out",
    };

    public static string Of(SxtSessionMode mode) => mode switch
    {
        SxtSessionMode.Owner => "owner",
        SxtSessionMode.Shared => "shared",
        _ => "private",
    };
}
