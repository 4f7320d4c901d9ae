using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using SxtAspNet.Diagnostics;
using SxtAspNet.Gateway;

namespace SxtAspNet.Inbound;

/// <summary>Asks the gateway about a caller's token, and judges its answer.</summary>
internal sealed class CallerTokenCheck(
    string scheme,
    SxtBearerOptions options,
    CallerGateway gateway,
    GatewayTransport transport,
    TokenTimes times,
    AllowedCallers allowed,
    TimeProvider timeProvider,
    ILogger logger) : IDisposable
{
    private static readonly TimeSpan UsualRetryAfter = TimeSpan.FromSeconds(5);

    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<SxtFailureReason, OncePerMinute> _reports = new();
    private readonly string _issuer = options.ClaimsIssuer ?? gateway.Url.GetLeftPart(UriPartial.Authority);

    /// <summary>When the gateway, which asked for fewer calls, is to be left alone.</summary>
    public GatewayPause Pause { get; } = new(timeProvider);

    /// <summary>Asks. Never throws: whatever happens is an outcome, since many requests wait for it.</summary>
    /// <param name="token">The token.</param>
    /// <param name="claims">Its claims.</param>
    /// <param name="isRepeatable">Whether to ask again where the gateway can't be reached, or fails.</param>
    public async Task<RunningValidations.Outcome> AskAsync(string token, TokenClaims claims, bool isRepeatable)
    {
        // An answer is as old as its question: the cache time is the longest that a logged-out token can be accepted.
        var askedAt = timeProvider.GetTimestamp();
        try
        {
            var answer = await ValidTokenCall.SendAsync(
                transport, "Validation of a caller's token", token, options.GatewayTimeout, isRepeatable, _stopping.Token).ConfigureAwait(false);
            Pause.End(askedAt);
            if (answer is null)
            {
                return Refused(TokenVerdict.Refuse(times.Explain(claims)));
            }

            var user = ValidTokenCall.Read(answer);
            var goodFor = times.Learn(claims, answer.SentAt);
            var verdict = Judge(user, claims);
            return verdict.IsAccepted ? Accepted(verdict, goodFor, askedAt) : Refused(verdict);
        }
        catch (SxtAuthenticationException exception)
        {
            // A flood of forged tokens may bring this about.
            if (_reports.GetOrAdd(exception.Reason, _ => new OncePerMinute(timeProvider)).IsDue())
            {
                logger.ValidationFailed(scheme, exception.Reason, exception.Message);
            }

            return Unavailable(exception.Reason, "The gateway can't be asked about the token at the moment.", exception);
        }
        catch (Exception exception)
        {
            // Disposal at the app's end ends calls under way. Anything else is a bug.
            if (!_stopping.IsCancellationRequested)
            {
                logger.ValidationFailedUnexpectedly(scheme, exception);
            }

            return Unavailable(SxtFailureReason.Unexpected, "The token could not be validated.", exception);
        }
    }

    /// <summary>Ends the calls under way.</summary>
    public void Dispose()
    {
        _stopping.Cancel();
        _stopping.Dispose();
    }

    private TokenVerdict Judge(ValidTokenAnswer user, TokenClaims claims)
    {
        var userId = user.UserId!;
        if (claims.User is not null && claims.User != userId)
        {
            logger.UserMismatch(scheme, userId);
            return TokenVerdict.Refuse(SxtTokenRefusal.UserMismatch);
        }

        return !allowed.Contains(userId, claims.Subscription) ? TokenVerdict.Refuse(SxtTokenRefusal.UserNotAllowed)
            : options.RefuseRestricted && user.Restricted is true ? TokenVerdict.Refuse(SxtTokenRefusal.Restricted)
            : options.RefuseTrial && user.Trial is true ? TokenVerdict.Refuse(SxtTokenRefusal.Trial)
            : options.RefuseQuotaExceeded && user.QuotaExceeded is true ? TokenVerdict.Refuse(SxtTokenRefusal.QuotaExceeded)
            : TokenVerdict.Accept(new AcceptedCaller(user, claims, _issuer));
    }

    private RunningValidations.Outcome Accepted(TokenVerdict verdict, TimeSpan goodFor, long askedAt)
    {
        logger.TokenAccepted(scheme, verdict.Caller!.UserId);
        var untilExpiry = goodFor + timeProvider.GetElapsedTime(askedAt);
        return new(verdict, askedAt, untilExpiry < options.CacheTime ? untilExpiry : options.CacheTime);
    }

    private RunningValidations.Outcome Refused(TokenVerdict verdict)
    {
        logger.TokenRefused(scheme, ((SxtTokenRefusedException)verdict.Failure!).Reason);
        return new(verdict, timeProvider.GetTimestamp(), options.RefusalCacheTime);
    }

    private RunningValidations.Outcome Unavailable(SxtFailureReason reason, string message, Exception exception)
    {
        var retryAfter = (exception as SxtAuthenticationException)?.RetryAfter is { } wanted ? Pause.Start(wanted) : UsualRetryAfter;
        return new(
            TokenVerdict.Unavailable(new SxtValidationUnavailableException(reason, message, retryAfter, exception)), 0, TimeSpan.Zero);
    }
}
