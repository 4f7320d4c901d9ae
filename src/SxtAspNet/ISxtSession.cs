namespace SxtAspNet;

/// <summary>
/// The session of one identity. Registered by <c>AddSxt</c> as a keyed service under the identity's name; the default
/// identity's without a key too. Apps that only call Space and Time over HTTP need just the token handler.
/// </summary>
public interface ISxtSession
{
    /// <summary>What the session is like now; costs nothing.</summary>
    SxtSessionStatus Status { get; }

    /// <summary>
    /// The access token: at once when there is a usable one, else after the login that all callers share. Giving up
    /// by <paramref name="cancellationToken"/> does not end that login.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait of this caller.</param>
    /// <returns>A token that is usable now.</returns>
    /// <exception cref="SxtAuthenticationException">
    /// No token can be had, or not within <see cref="SxtOptions.AcquireTimeout"/>.
    /// </exception>
    ValueTask<SxtAccessToken> GetAccessTokenAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Replaces the present session by a newer one now, although it is not due; joins a renewal that is under way, unless that has
    /// brought the present session already.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait of this caller, not the renewal.</param>
    /// <returns>A task that ends when the newer session is in use.</returns>
    /// <exception cref="SxtAuthenticationException">It failed; a token that is still usable stays in use.</exception>
    Task RenewAsync(CancellationToken cancellationToken = default);

    /// <summary>
    /// Ends all sessions of the user at the gateway (so documented), wherever they were opened. The next request that
    /// needs a token logs in again; nothing in the background does.
    /// </summary>
    /// <param name="cancellationToken">Ends the wait of this caller, not the logout.</param>
    /// <returns>A task that ends when the gateway has confirmed it.</returns>
    /// <exception cref="SxtAuthenticationException">The gateway did not confirm it; the session stays in use.</exception>
    Task LogoutAsync(CancellationToken cancellationToken = default);
}
