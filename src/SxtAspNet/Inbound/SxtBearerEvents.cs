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
    /// <param name="context">The request.</param>
    /// <returns>A task that ends when the app is done.</returns>
    public virtual Task MessageReceived(SxtBearerMessageReceivedContext context) => OnMessageReceived(context);

    /// <summary>Calls <see cref="OnTokenValidated"/>.</summary>
    /// <param name="context">The caller, and its token.</param>
    /// <returns>A task that ends when the app is done.</returns>
    public virtual Task TokenValidated(SxtBearerTokenValidatedContext context) => OnTokenValidated(context);

    /// <summary>Calls <see cref="OnAuthenticationFailed"/>.</summary>
    /// <param name="context">What is wrong with the token.</param>
    /// <returns>A task that ends when the app is done.</returns>
    public virtual Task AuthenticationFailed(SxtBearerAuthenticationFailedContext context) => OnAuthenticationFailed(context);

    /// <summary>Calls <see cref="OnChallenge"/>.</summary>
    /// <param name="context">The challenge that is about to be sent.</param>
    /// <returns>A task that ends when the app is done.</returns>
    public virtual Task Challenge(SxtBearerChallengeContext context) => OnChallenge(context);

    /// <summary>Calls <see cref="OnForbidden"/>.</summary>
    /// <param name="context">The answer that is about to be sent.</param>
    /// <returns>A task that ends when the app is done.</returns>
    public virtual Task Forbidden(SxtBearerForbiddenContext context) => OnForbidden(context);
}
