namespace SxtAspNet;

/// <summary>
/// What an app does at each step of authenticating a caller. Set the properties, or derive and override; a derived
/// class that needs services is named by <see cref="Microsoft.AspNetCore.Authentication.AuthenticationSchemeOptions.EventsType"/>.
/// </summary>
public class SxtBearerEvents
{
    /// <summary>Called for each request, before its token is looked for.</summary>
    public Func<SxtBearerMessageReceivedContext, Task> OnMessageReceived { get; set; } = _ => Task.CompletedTask;

    /// <summary>Called for each request whose token was accepted, now or before.</summary>
    public Func<SxtBearerTokenValidatedContext, Task> OnTokenValidated { get; set; } = _ => Task.CompletedTask;

    /// <summary>Called for each request whose token was refused, or could not be validated.</summary>
    public Func<SxtBearerAuthenticationFailedContext, Task> OnAuthenticationFailed { get; set; } = _ => Task.CompletedTask;

    /// <summary>Called before a challenge is sent.</summary>
    public Func<SxtBearerChallengeContext, Task> OnChallenge { get; set; } = _ => Task.CompletedTask;

    /// <summary>Called before the answer to a caller that is known, but not allowed to.</summary>
    public Func<SxtBearerForbiddenContext, Task> OnForbidden { get; set; } = _ => Task.CompletedTask;

    /// <summary>Calls <see cref="OnMessageReceived"/>.</summary>
    public virtual Task MessageReceived(SxtBearerMessageReceivedContext context) => OnMessageReceived(context);

    /// <summary>Calls <see cref="OnTokenValidated"/>.</summary>
    public virtual Task TokenValidated(SxtBearerTokenValidatedContext context) => OnTokenValidated(context);

    /// <summary>Calls <see cref="OnAuthenticationFailed"/>.</summary>
    public virtual Task AuthenticationFailed(SxtBearerAuthenticationFailedContext context) => OnAuthenticationFailed(context);

    /// <summary>Calls <see cref="OnChallenge"/>.</summary>
    public virtual Task Challenge(SxtBearerChallengeContext context) => OnChallenge(context);

    /// <summary>Calls <see cref="OnForbidden"/>.</summary>
    public virtual Task Forbidden(SxtBearerForbiddenContext context) => OnForbidden(context);
}
