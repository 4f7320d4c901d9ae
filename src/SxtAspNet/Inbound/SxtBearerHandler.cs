using System.Globalization;
using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SxtAspNet.Diagnostics;

namespace SxtAspNet.Inbound;

/// <summary>The authentication scheme for callers that present their own Space and Time token.</summary>
internal sealed class SxtBearerHandler(
    IOptionsMonitor<SxtBearerOptions> options, ILoggerFactory logger, UrlEncoder encoder, TokenValidators validators)
    : AuthenticationHandler<SxtBearerOptions>(options, logger, encoder)
{
    private const string AccessToken = "access_token";

    private new SxtBearerEvents Events => (SxtBearerEvents)base.Events!;

    protected override Task<object> CreateEventsAsync() => Task.FromResult<object>(new SxtBearerEvents());

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var received = new SxtBearerMessageReceivedContext(Context, Scheme, Options);
        await Events.MessageReceived(received).ConfigureAwait(false);
        if (received.Result is not null)
        {
            return received.Result;
        }

        PresentedToken token;
        if (!string.IsNullOrEmpty(received.Token))
        {
            token = new PresentedToken(received.Token);
        }
        else if (!BearerHeader.TryRead(Request.Headers.Authorization, out token, out var refusal))
        {
            return refusal is { } reason
                ? await FailAsync(new SxtTokenRefusedException(reason)).ConfigureAwait(false)
                : AuthenticateResult.NoResult();
        }

        var verdict = await validators.For(Scheme.Name, Options).ValidateAsync(token, Context).ConfigureAwait(false);
        return verdict.IsAccepted
            ? await SucceedAsync(token, verdict.Caller).ConfigureAwait(false)
            : await FailAsync(verdict.Failure).ConfigureAwait(false);
    }

    protected override async Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        var result = await HandleAuthenticateOnceSafeAsync().ConfigureAwait(false);
        var challenge = new SxtBearerChallengeContext(Context, Scheme, Options, properties) { AuthenticateFailure = result.Failure };
        if (result.Failure is SxtValidationUnavailableException unavailable)
        {
            challenge.StatusCode = unavailable.StatusCode;
            challenge.RetryAfter = unavailable.RetryAfter;
            challenge.ErrorDescription = unavailable.Message;
        }
        else if (result.Failure is not null && Options.IncludeErrorDetails)
        {
            var refused = result.Failure as SxtTokenRefusedException;
            challenge.Error = refused?.Reason is SxtTokenRefusal.MalformedHeader ? BearerChallenge.InvalidRequest : BearerChallenge.InvalidToken;

            // Other failures are the app's own, and may say what is not for the caller.
            challenge.ErrorDescription = refused?.Message;
        }

        await Events.Challenge(challenge).ConfigureAwait(false);
        if (challenge.Handled)
        {
            return;
        }

        Response.StatusCode = challenge.StatusCode;
        if (challenge.StatusCode == StatusCodes.Status401Unauthorized)
        {
            Response.Headers.Append(
                "WWW-Authenticate",
                BearerChallenge.Write(Options.Realm, challenge.Error, challenge.ErrorDescription, challenge.ErrorUri));
        }

        if (challenge.RetryAfter is { } retryAfter)
        {
            Response.Headers.RetryAfter = Math.Ceiling(Math.Max(retryAfter.TotalSeconds, 1)).ToString(CultureInfo.InvariantCulture);
        }

        await ProblemDetailsAnswer.WriteAsync(Context, challenge.ErrorDescription).ConfigureAwait(false);
    }

    protected override async Task HandleForbiddenAsync(AuthenticationProperties properties)
    {
        Response.StatusCode = StatusCodes.Status403Forbidden;
        Response.Headers.Append("WWW-Authenticate", BearerChallenge.Write(Options.Realm, BearerChallenge.InsufficientScope));
        await Events.Forbidden(new SxtBearerForbiddenContext(Context, Scheme, Options)).ConfigureAwait(false);
        await ProblemDetailsAnswer.WriteAsync(Context, detail: null).ConfigureAwait(false);
    }

    private async Task<AuthenticateResult> SucceedAsync(PresentedToken token, AcceptedCaller caller)
    {
        var validated = new SxtBearerTokenValidatedContext(Context, Scheme, Options, token, caller);
        if (Options.SaveToken)
        {
            validated.Properties.StoreTokens([new AuthenticationToken { Name = AccessToken, Value = token.Copy() }]);
        }

        await Events.TokenValidated(validated).ConfigureAwait(false);
        if (validated.Result is null)
        {
            validated.Success();
        }

        if (validated.Result!.Succeeded)
        {
            Context.Features.Set(new CallerToken(Scheme.Name, token.ToHeader, Context.Features.Get<CallerToken>()));
        }

        return validated.Result;
    }

    private async Task<AuthenticateResult> FailAsync(Exception failure)
    {
        SxtTraces.CallerRefused(
            failure is SxtTokenRefusedException refused ? refused.Reason.ToString()
            : failure is SxtValidationUnavailableException unavailable ? unavailable.Reason.ToString()
            : failure.GetType().Name);
        var failed = new SxtBearerAuthenticationFailedContext(Context, Scheme, Options, failure);
        await Events.AuthenticationFailed(failed).ConfigureAwait(false);
        return failed.Result ?? AuthenticateResult.Fail(failure);
    }
}
