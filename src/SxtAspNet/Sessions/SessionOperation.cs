using System.Diagnostics;

namespace SxtAspNet.Sessions;

/// <summary>
/// One renewal or logout under way. It belongs to no caller: each one that waits for it applies its own token and
/// limit, and giving up ends only the waiting.
/// </summary>
internal sealed class SessionOperation(bool isLogout, Activity? trace, Runtime runtime)
{
    private readonly TaskCompletionSource<SessionFailure?> _end = new(runtime.Completions);

    public bool IsLogout { get; } = isLogout;

    /// <summary>Its trace, which is no request's; <see langword="null"/> while nobody listens.</summary>
    public Activity? Trace { get; } = trace;

    /// <summary>One that does nothing: the app stops.</summary>
    public static SessionOperation Ended(Runtime runtime)
    {
        var operation = new SessionOperation(isLogout: false, trace: null, runtime);
        operation.End(null);
        return operation;
    }

    /// <summary>Waits for the end.</summary>
    /// <returns>The failure, or <see langword="null"/> after a success.</returns>
    /// <exception cref="SxtAuthenticationException"><see cref="SxtFailureReason.TimedOut"/>.</exception>
    public async Task<SessionFailure?> WaitAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        try
        {
            return await _end.Task.WaitAsync(limit, runtime.TimeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new SxtAuthenticationException(
                SxtFailureReason.TimedOut,
                $"No access token within {limit.TotalSeconds:0.###} s (AcquireTimeout); the login that was waited for goes on.");
        }
    }

    public void End(SessionFailure? failure) => _end.SetResult(failure);
}
