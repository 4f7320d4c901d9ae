using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using SxtAspNet.Diagnostics;
using SxtAspNet.Gateway;

namespace SxtAspNet.Inbound;

/// <summary>
/// Finds out whose a token is: from memory, by refusing what can't be valid, or by asking the gateway, which alone can
/// tell (the keys that it signs with are not published).
/// </summary>
internal sealed class TokenValidator : IDisposable
{
    /// <summary>The gateway's are shorter than 1,024. Front ends answer a header of 8 KiB by themselves, whatever the token is worth.</summary>
    private const int LongestToken = 4 * 1024;

    private static readonly TimeSpan OverloadRetryAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AddressRetryAfter = TimeSpan.FromSeconds(5);

    private readonly string _scheme;
    private readonly SxtBearerOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly InboundMetrics _metrics;
    private readonly ILogger _logger;
    private readonly AllowedCallers _allowed;
    private readonly TokenTimes _times;
    private readonly GatewayTransport _transport;
    private readonly CallerTokenCheck _check;
    private readonly ValidationLimits _limits;
    private readonly VerdictCache _cache;
    private readonly RunningValidations _validations;
    private readonly OncePerMinute _overloadReport;
    private readonly OncePerMinute _addressReport;

    public TokenValidator(string scheme, SxtBearerOptions options, CallerGateway gateway, InboundMetrics metrics, ILogger logger)
    {
        _scheme = scheme;
        _options = options;
        _timeProvider = options.TimeProvider ?? TimeProvider.System;
        _metrics = metrics;
        _logger = logger;
        _allowed = new AllowedCallers(options);
        var clock = new GatewayClock(_timeProvider);
        _times = new TokenTimes(clock, options.ClockSkew, _timeProvider);
        _transport = new GatewayTransport(gateway.BaseUrl, gateway.Backchannel, clock, new Runtime(_timeProvider));
        _check = new CallerTokenCheck(scheme, options, gateway, _transport, _times, _allowed, _timeProvider, logger);
        _cache = new VerdictCache(options.CacheSize, _timeProvider);
        _validations = new RunningValidations(_cache);
        _limits = new ValidationLimits(options);
        _overloadReport = new OncePerMinute(_timeProvider);
        _addressReport = new OncePerMinute(_timeProvider);
    }

    /// <summary>
    /// Finds out whose a token is. Completed at once, without a lock, a copy or a look into the token, when the token is
    /// known. Giving up ends only the waiting.
    /// </summary>
    public ValueTask<TokenVerdict> ValidateAsync(PresentedToken token, HttpContext context)
    {
        if (token.Span.Length > LongestToken)
        {
            return new(Refuse(SxtTokenRefusal.TooLong));
        }

        Span<char> key = stackalloc char[TokenKey.Length];
        if (!TokenKey.TryWrite(token.Span, key))
        {
            return new(Refuse(SxtTokenRefusal.MalformedToken));
        }

        if (_cache.Find(key) is not { } known)
        {
            return ValidateUnknownAsync(token, key, context);
        }

        _metrics.KnownFromCache(known.IsAccepted);
        return new(known);
    }

    public void Invalidate(ReadOnlySpan<char> token)
    {
        Span<char> key = stackalloc char[TokenKey.Length];
        if (TokenKey.TryWrite(token, key))
        {
            _validations.Invalidate(key.ToString());
        }
    }

    public void Dispose()
    {
        _validations.End();
        _check.Dispose();
        _limits.Dispose();
        _transport.Dispose();
        _cache.Dispose();
    }

    private ValueTask<TokenVerdict> ValidateUnknownAsync(PresentedToken token, ReadOnlySpan<char> key, HttpContext context)
    {
        var (claims, refusal) = TokenClaims.Read(token.Span);
        if (claims is null)
        {
            return new(Refuse(refusal));
        }

        if (!_allowed.MayContain(claims.User, claims.Subscription))
        {
            return new(Refuse(SxtTokenRefusal.UserNotAllowed));
        }

        var seemsOver = _times.IsOver(claims);
        if (seemsOver && !_times.MayAskAboutOver())
        {
            return new(Refuse(SxtTokenRefusal.Expired));
        }

        var address = _options.CallerAddress(context);
        var slot = ValidationLimits.SlotOf(address);
        var value = token.Copy();
        var admission = ValidationLimits.Answer.Ask;
        var verdict = _validations.Join(key.ToString(), running => Decline(slot, running, seemsOver, out admission), () => CheckAsync(value, claims, slot));
        Report(admission, address);
        return new(verdict.WaitAsync(context.RequestAborted));
    }

    private async Task<RunningValidations.Outcome> CheckAsync(string token, TokenClaims claims, int? slot)
    {
        var askedAt = _timeProvider.GetTimestamp();
        var outcome = await _check.AskAsync(token, claims, isRepeatable: _limits.IsInGoodStanding(slot)).ConfigureAwait(false);
        var isRefused = outcome.Verdict.Failure is SxtTokenRefusedException;
        _metrics.Asked(
            outcome.Verdict.IsAccepted ? Words.Accepted : isRefused ? Words.Refused : Words.Unavailable, _timeProvider.GetElapsedTime(askedAt));
        if (isRefused)
        {
            _limits.NoteRefusal(slot);
        }
        else if (IsErrorAnswer(outcome.Verdict.Failure))
        {
            _limits.NoteErrorAnswer(slot);
        }

        return outcome;
    }

    /// <summary>Why the gateway is not asked now, however good the token may be.</summary>
    private TokenVerdict? Decline(int? slot, int running, bool seemsOver, out ValidationLimits.Answer admission)
    {
        admission = ValidationLimits.Answer.Ask;
        if (seemsOver && !_times.MayAskAboutOver())
        {
            // Since it was looked at, another one was asked about.
            return Refuse(SxtTokenRefusal.Expired);
        }

        if (_check.Pause.Remaining(_limits.IsInGoodStanding(slot)) is var pause && pause > TimeSpan.Zero)
        {
            _metrics.Limit(Words.Gateway);
            return Unavailable("The gateway asked for fewer calls.", pause);
        }

        admission = _limits.Admit(slot, running);
        switch (admission)
        {
            case ValidationLimits.Answer.Ask:
                _check.Pause.NoteQuestion();
                if (seemsOver)
                {
                    _times.NoteQuestionAboutOver();
                }

                return null;
            case ValidationLimits.Answer.AddressIsOver:
                _metrics.Limit(Words.Address);
                return Unavailable("Too many unknown tokens come from this address.", AddressRetryAfter, StatusCodes.Status429TooManyRequests);
            default:
                _metrics.Limit(Words.App);
                return Unavailable("Too many tokens are being validated at the moment.", OverloadRetryAfter);
        }
    }

    /// <summary>Outside the lock that <see cref="Decline"/> is called under: the app's loggers may take their time.</summary>
    private void Report(ValidationLimits.Answer admission, IPAddress? address)
    {
        if (admission is ValidationLimits.Answer.AddressIsOver && _addressReport.IsDue())
        {
            _logger.AddressIsOver(_scheme, address!, _options.MaxValidationsPerAddress, _options.MaxRefusalsPerAddress);
        }
        else if (admission is ValidationLimits.Answer.AllAreOver && _overloadReport.IsDue())
        {
            _logger.TooManyValidations(_scheme, _options.MaxConcurrentValidations, _options.MaxValidationsPerSecond);
        }
    }

    /// <summary>
    /// Whether the gateway, or what stands before it, answered with an error that says nothing about the token, but that a forged
    /// one may bring about. To ask for fewer calls is meant for all.
    /// </summary>
    private static bool IsErrorAnswer(Exception? failure) =>
        failure?.InnerException is SxtAuthenticationException { AnswerStatus: >= HttpStatusCode.BadRequest and not HttpStatusCode.TooManyRequests };

    private TokenVerdict Refuse(SxtTokenRefusal reason)
    {
        _metrics.RefusedByItself();
        return TokenVerdict.Refuse(reason);
    }

    private static TokenVerdict Unavailable(string message, TimeSpan retryAfter, int status = StatusCodes.Status503ServiceUnavailable) =>
        TokenVerdict.Unavailable(new SxtValidationUnavailableException(SxtFailureReason.Throttled, message, retryAfter) { StatusCode = status });
}
