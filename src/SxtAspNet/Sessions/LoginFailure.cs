using SxtAspNet.Gateway;

namespace SxtAspNet.Sessions;

/// <summary>Why one key led to no session.</summary>
/// <param name="Source">Where the key comes from.</param>
/// <param name="Cause">The reason.</param>
/// <param name="IsSigningKey">Whether it was a signing key, as far as it could be opened.</param>
internal sealed record LoginFailure(ISxtKeySource Source, SxtAuthenticationException Cause, bool IsSigningKey)
{
    public bool IsSigningKeyRefused => IsSigningKey && Cause.Reason is SxtFailureReason.KeyRefused;

    /// <summary>Whether a failure says something of this key alone, so that the next one is tried. The proxy is such a key's own matter: others don't need it.</summary>
    public static bool IsOfTheKey(SxtAuthenticationException failure, SxtCredential? key, GatewayUser user) =>
        failure.Reason is SxtFailureReason.KeyUnavailable or SxtFailureReason.KeyRefused
        || key is SxtApiKey
        || !user.IsConfigured;

    public static SxtAuthenticationException NoUser(ISxtKeySource source) => new(
        SxtFailureReason.UserUnknown,
        $"UserId is missing; set it to the Space and Time user id to log in as: {source} is a signing key, which does not tell (only an API key does).");

    public static SxtAuthenticationException OtherUser(GatewayUser user) => new(
        SxtFailureReason.KeyRefused,
        $"Exchange of an API key for {user}: the API key is of another user, so its token is not used. Use an API key of this user, or correct UserId.");

    /// <summary>One reason for all keys: the most telling one, with the words of each.</summary>
    /// <remarks>
    /// A proxy that fails may be back in a moment, and decides how soon the next attempt is. Else what a person has to fix:
    /// a key that was refused before one that can't be had.
    /// </remarks>
    public static SxtAuthenticationException Explain(IReadOnlyList<LoginFailure> failures, GatewayUser user, bool isUserUnknown)
    {
        var causes = failures.Select(failure => failure.Cause).ToArray();
        var reasons = string.Join(' ', causes.Select(cause => cause.Message));
        var telling = causes.MinBy(Rank);
        var isLocal = Array.Exists(causes, cause => cause.Reason is SxtFailureReason.KeyUnavailable);
        return (telling?.Reason, causes.Length) switch
        {
            (null, _) or (SxtFailureReason.KeyUnavailable, _) => new SxtAuthenticationException(
                SxtFailureReason.KeyUnavailable, $"No configured key of {user} can be opened. {reasons}", telling, Pause(causes)),
            (SxtFailureReason.KeyRefused, _) when isUserUnknown => new SxtAuthenticationException(
                SxtFailureReason.UserUnknown, $"The gateway knows no {user}; check UserId and GatewayUrl.", telling),
            (SxtFailureReason.KeyRefused, _) => new SxtAuthenticationException(
                SxtFailureReason.KeyRefused, $"No configured key is accepted for {user}{Advice(failures)}. {reasons}", telling)
            {
                IsLocal = isLocal,
            },
            (_, 1) => telling!,
            ({ } reason, _) => new SxtAuthenticationException(
                reason, $"No configured key led to a session of {user}. {reasons}", telling, telling!.RetryAfter)
            {
                IsLocal = isLocal,
            },
        };
    }

    /// <summary>How long the sources ask to be left alone: a vault that is asked too often, say. One that does not ask is not kept waiting.</summary>
    private static TimeSpan? Pause(IEnumerable<SxtAuthenticationException> causes) =>
        causes.MinBy(cause => cause.RetryAfter ?? TimeSpan.Zero)?.RetryAfter;

    /// <summary>The words of an API key's refusal say what to do; a refused signature may have other causes.</summary>
    private static string Advice(IReadOnlyList<LoginFailure> failures) =>
        failures.Any(failure => failure.IsSigningKeyRefused) ? "; put the public key on the user's keyring, or configure a key that is on it" : "";

    private static int Rank(SxtAuthenticationException failure) => failure.Reason switch
    {
        SxtFailureReason.KeyUnavailable => 3,
        SxtFailureReason.UserUnknown => 2,
        SxtFailureReason.KeyRefused => 1,
        _ => 0,
    };
}
