namespace SxtAspNet;

/// <summary>
/// Where instances keep the session that they share. The default keeps it in this process. A record is opaque to
/// the store. Both calls should answer within about a second, or throw.
/// </summary>
public interface ISxtSessionStore
{
    /// <summary>Reads a record.</summary>
    /// <param name="key">Names the record.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The record, or <see langword="null"/> when there is none.</returns>
    ValueTask<byte[]?> ReadAsync(string key, CancellationToken cancellationToken);

    /// <summary>Replaces a record if it is still the expected one. An atomic comparison where the engine has one.</summary>
    /// <param name="key">Names the record.</param>
    /// <param name="expected">What was read before; <see langword="null"/>: there was no record.</param>
    /// <param name="record">The new record.</param>
    /// <param name="timeToLive">How long the record is kept.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>Whether the record was replaced.</returns>
    ValueTask<bool> TryReplaceAsync(
        string key, byte[]? expected, byte[] record, TimeSpan timeToLive, CancellationToken cancellationToken);
}
