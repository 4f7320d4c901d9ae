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
    private const int LongestToken = 8 * 1024;

    private static readonly TimeSpan OverloadRetryAfter = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan OverloadReportInterval = TimeSpan.FromMinutes(1);

    /// <summary>Once the gateway's time is known, it is to the second.</summary>
    private static readonly TimeSpan KnownClockSkew = TimeSpan.FromSeconds(5);

    private readonly string _scheme;
    private readonly SxtBearerOptions _options;
    private readonly TimeProvider _timeProvider;
    private readonly ILogger _logger;
    private readonly AllowedCallers _allowed;
    private readonly GatewayClock _clock;
    private readonly GatewayTransport _transport;
    private readonly GatewayInquiry _inquiry;
    private readonly VerdictCache _cache;
    private readonly RunningValidations _validations;
    private long _overloadReportDue;

    public TokenValidator(string scheme, SxtBearerOptions options, CallerGateway gateway, ILogger logger)
    {
        _scheme = scheme;
        _options = options;
        _timeProvider = options.TimeProvider ?? TimeProvider.System;
        _logger = logger;
        _allowed = new AllowedCallers(options);
        _clock = new GatewayClock(_timeProvider);
        _transport = new GatewayTransport(gateway.BaseUrl, gateway.Backchannel, _clock, new Runtime(_timeProvider));
        _inquiry = new GatewayInquiry(scheme, options, gateway, _transport, _clock, _allowed, _timeProvider, logger);
        _cache = new VerdictCache(options.CacheSize, _timeProvider);
        _validations = new RunningValidations(_cache, options.MaxConcurrentValidations);
        _overloadReportDue = _timeProvider.GetTimestamp();
    }

    /// <summary>
    /// Finds out whose a token is. Completed at once, without a lock, a copy or a look into the token, when the token is
    /// known. Giving up ends only the waiting.
    /// </summary>
    public ValueTask<TokenVerdict> ValidateAsync(PresentedToken token, CancellationToken cancellationToken)
    {
        if (token.Span.Length > LongestToken)
        {
            return new(TokenVerdict.Refuse(SxtTokenRefusal.TooLong));
        }

        Span<char> key = stackalloc char[TokenKey.Length];
        if (!TokenKey.TryWrite(token.Span, key))
        {
            return new(TokenVerdict.Refuse(SxtTokenRefusal.MalformedToken));
        }

        return _cache.Find(key) is { } known ? new(known) : ValidateUnknownAsync(token, key, cancellationToken);
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
        _inquiry.Dispose();
        _transport.Dispose();
        _cache.Dispose();
    }

    private ValueTask<TokenVerdict> ValidateUnknownAsync(PresentedToken token, ReadOnlySpan<char> key, CancellationToken cancellationToken)
    {
        var (claims, refusal) = TokenClaims.Read(token.Span);
        if (claims is null)
        {
            return new(TokenVerdict.Refuse(refusal));
        }

        if (CannotBeAccepted(claims) is { } reason)
        {
            return new(TokenVerdict.Refuse(reason));
        }

        if (_inquiry.Pause is var pause && pause > TimeSpan.Zero)
        {
            return new(TokenVerdict.Unavailable(new SxtValidationUnavailableException(
                SxtFailureReason.Throttled, "The gateway asked for fewer calls.", pause)));
        }

        var value = token.Copy();
        return _validations.Join(key.ToString(), () => _inquiry.AskAsync(value, claims)) is { } validation
            ? new(validation.WaitAsync(cancellationToken))
            : new(Overload());
    }

    /// <summary>Why the gateway need not be asked: whatever it says, the token would be refused.</summary>
    private SxtTokenRefusal? CannotBeAccepted(TokenClaims claims)
    {
        var now = _clock.Now;
        var skew = _clock.IsKnown ? KnownClockSkew : _options.ClockSkew;
        return claims.UsableUntil <= now - skew ? SxtTokenRefusal.Expired
            : claims.NotBefore > now + skew ? SxtTokenRefusal.NotYetValid
            : claims.User is not null && !_allowed.Contains(claims.User, claims.Subscription) ? SxtTokenRefusal.UserNotAllowed
            : null;
    }

    private TokenVerdict Overload()
    {
        // Once a minute: this happens when requests are many.
        var due = Volatile.Read(ref _overloadReportDue);
        var now = _timeProvider.GetTimestamp();
        var next = _timeProvider.Add(now, OverloadReportInterval);
        if (now >= due && Interlocked.CompareExchange(ref _overloadReportDue, next, due) == due)
        {
            _logger.TooManyValidations(_scheme, _options.MaxConcurrentValidations);
        }

        return TokenVerdict.Unavailable(new SxtValidationUnavailableException(
            SxtFailureReason.Throttled, "Too many tokens are being validated at the moment.", OverloadRetryAfter));
    }
}
