namespace SxtAspNet;

/// <summary>
/// A place that a key comes from: a signing key or an API key. It is opened anew for each login, so a rotated key is seen without a
/// restart. <see cref="object.ToString"/> names the place in logs and errors ("file /run/secrets/sxt.pem") and must
/// not hold a secret.
/// </summary>
public interface ISxtKeySource
{
    /// <summary>Opens the key. The caller disposes it right after the login.</summary>
    /// <param name="cancellationToken">Cancelled when the time limit for opening a key is over.</param>
    /// <returns>A key of its own for each call.</returns>
    /// <exception cref="SxtAuthenticationException">
    /// <see cref="SxtFailureReason.KeyUnavailable"/>: the key can't be had; the message says why and what to do.
    /// </exception>
    ValueTask<SxtCredential> OpenAsync(CancellationToken cancellationToken);
}
