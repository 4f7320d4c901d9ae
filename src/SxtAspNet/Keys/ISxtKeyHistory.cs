namespace SxtAspNet;

/// <summary>
/// What a key source implements too when it still has the key from before its last rotation. No login takes place with
/// that key: it opens what an instance sealed that does not know of the rotation yet, so that a farm goes on sharing its
/// session while a key is replaced.
/// </summary>
public interface ISxtKeyHistory
{
    /// <summary>Opens the previous key. The caller disposes it.</summary>
    /// <param name="cancellationToken">Cancelled when the time limit for opening a key is over.</param>
    /// <returns><see langword="null"/> when there is none.</returns>
    /// <exception cref="SxtAuthenticationException"><see cref="SxtFailureReason.KeyUnavailable"/>.</exception>
    ValueTask<SxtCredential?> OpenPreviousAsync(CancellationToken cancellationToken);
}
