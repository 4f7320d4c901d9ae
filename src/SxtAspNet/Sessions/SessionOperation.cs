namespace SxtAspNet.Sessions;

/// <summary>
/// One renewal or logout under way. It belongs to no caller: each one that waits for it applies its own token and
/// limit, and giving up ends only the waiting.
/// </summary>
internal sealed class SessionOperation(bool isLogout)
{
    // Completions run inline (a simulation depends on it), so it is completed outside all locks.
    private readonly TaskCompletionSource<SessionFailure?> _completion = new();

    public bool IsLogout { get; } = isLogout;

    /// <summary>Waits for the end.</summary>
    /// <returns>The failure, or <see langword="null"/> after a success.</returns>
    /// <exception cref="SxtAuthenticationException"><see cref="SxtFailureReason.TimedOut"/>.</exception>
    public async Task<SessionFailure?> WaitAsync(TimeSpan limit, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        try
        {
            return await _completion.Task.WaitAsync(limit, timeProvider, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            throw new SxtAuthenticationException(
                SxtFailureReason.TimedOut,
                $"No access token within {limit.TotalSeconds:0.###} s (AcquireTimeout); the login that was waited for goes on.");
        }
    }

    public void Complete(SessionFailure? failure) => _completion.SetResult(failure);
}
