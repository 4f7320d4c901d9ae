using System.Text.Json.Serialization;

namespace SxtAspNet;

/// <summary>Why no access token could be had.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SxtFailureReason>))]
public enum SxtFailureReason
{
    /// <summary>
    /// The gateway did not answer, for whatever reason between here and there (the message names it: DNS, proxy, TLS, dropped
    /// packets, a handler of the app's own), or answered that it can't serve (5xx). Trying again later may help.
    /// </summary>
    GatewayUnreachable,

    /// <summary>The challenge was older than the 30 seconds that the gateway grants before it was exchanged.</summary>
    ChallengeExpired,

    /// <summary>
    /// Every key that could be opened was refused: no signing key is on the user's keyring, and no API key is known, or it is of
    /// another user.
    /// </summary>
    KeyRefused,

    /// <summary>The gateway has no user with the configured user id; or none is configured, and a signing key can't tell.</summary>
    UserUnknown,

    /// <summary>The gateway ended the session: 24 hours are over, or it was logged out, or a refresh token was reused.</summary>
    SessionEnded,

    /// <summary>The gateway, or the proxy that exchanges API keys, asks for fewer calls; see <see cref="SxtAuthenticationException.RetryAfter"/>.</summary>
    Throttled,

    /// <summary>The gateway's answer is not one of the protocol: a redirect, a web page, a malformed or an oversized body.</summary>
    BadAnswer,

    /// <summary>No configured key could be opened.</summary>
    KeyUnavailable,

    /// <summary>A token was not there in time: the renewal that the request waited for is still under way.</summary>
    TimedOut,

    /// <summary>Something that should not happen, for example a failing session store; the log has the details.</summary>
    Unexpected,
}
