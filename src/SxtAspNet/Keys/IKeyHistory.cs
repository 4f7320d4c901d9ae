namespace SxtAspNet.Keys;

/// <summary>
/// A source that still has the key from before its last rotation. Nothing is signed with that key; it opens what an instance
/// sealed that does not know of the rotation yet.
/// </summary>
internal interface IKeyHistory
{
    /// <summary>Opens the previous key. The caller disposes it.</summary>
    /// <param name="cancellationToken">Cancelled when the time limit for opening a key is over.</param>
    /// <returns><see langword="null"/> when there is none.</returns>
    /// <exception cref="SxtAuthenticationException"><see cref="SxtFailureReason.KeyUnavailable"/>.</exception>
    ValueTask<SxtSigningKey?> OpenPreviousAsync(CancellationToken cancellationToken);
}
