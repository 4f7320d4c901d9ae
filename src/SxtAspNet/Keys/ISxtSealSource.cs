namespace SxtAspNet;

/// <summary>
/// Where a seal comes from: an entry of <see cref="SxtOptions.Seal"/>. A source of keys that holds a secret which can be read, such as a file or a
/// vault, is one too; a device that only signs is not.
/// </summary>
public interface ISxtSealSource
{
    /// <summary>Opens the seal.</summary>
    /// <param name="cancellationToken">Cancelled when the time limit for opening a key is over.</param>
    /// <returns>A seal of its own for each call; the caller disposes it.</returns>
    /// <exception cref="SxtAuthenticationException">
    /// <see cref="SxtFailureReason.KeyUnavailable"/>: it can't be had; the message says why and what to do.
    /// </exception>
    ValueTask<SxtSealSecret> OpenSealAsync(CancellationToken cancellationToken);

    /// <summary>Opens the seal from before the last rotation, so that records of instances that have not seen it yet can be opened.</summary>
    /// <param name="cancellationToken">Cancelled when the time limit for opening a key is over.</param>
    /// <returns><see langword="null"/> when there is none.</returns>
    ValueTask<SxtSealSecret?> OpenPreviousSealAsync(CancellationToken cancellationToken) => ValueTask.FromResult<SxtSealSecret?>(null);
}
