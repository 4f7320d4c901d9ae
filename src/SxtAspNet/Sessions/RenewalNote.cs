using System.Buffers.Binary;

namespace SxtAspNet.Sessions;

/// <summary>
/// What an instance leaves beside the record when its attempt failed, so that the farm asks the gateway once per
/// back-off, not once per instance; it says which one it was, since that one lets the others go first.
/// </summary>
/// <param name="LeftAt">When it was left, on the gateway's clock as far as the writer knew it.</param>
/// <param name="Delay">How long the farm waits while it has a token.</param>
/// <param name="UrgentDelay">How long it waits without one.</param>
/// <param name="Failures">Failed attempts of the farm in a row.</param>
/// <param name="Reason">Why the last one failed.</param>
/// <param name="Instance">Whose attempt it was.</param>
internal sealed record RenewalNote(
    DateTimeOffset LeftAt, TimeSpan Delay, TimeSpan UrgentDelay, int Failures, SxtFailureReason Reason, long Instance)
{
    private const int Size = (4 * sizeof(long)) + (2 * sizeof(int));

    /// <summary>The longest delay that a note is believed; an old or forged one must not silence the farm.</summary>
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(10);

    public byte[] Write()
    {
        var bytes = new byte[Size];
        var rest = bytes.AsSpan();
        BinaryPrimitives.WriteInt64BigEndian(rest, LeftAt.ToUnixTimeMilliseconds());
        BinaryPrimitives.WriteInt64BigEndian(rest[8..], (long)Delay.TotalMilliseconds);
        BinaryPrimitives.WriteInt64BigEndian(rest[16..], (long)UrgentDelay.TotalMilliseconds);
        BinaryPrimitives.WriteInt64BigEndian(rest[24..], Instance);
        BinaryPrimitives.WriteInt32BigEndian(rest[32..], Failures);
        BinaryPrimitives.WriteInt32BigEndian(rest[36..], (int)Reason);
        return bytes;
    }

    /// <summary>Reads a note; <see langword="null"/> when it is malformed or can't be meant.</summary>
    public static RenewalNote? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
        {
            return null;
        }

        var leftAt = BinaryPrimitives.ReadInt64BigEndian(bytes);
        return leftAt < 0 || leftAt > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            || Delay(bytes[8..]) is not { } delay
            || Delay(bytes[16..]) is not { } urgentDelay
            ? null
            : new RenewalNote(
                DateTimeOffset.FromUnixTimeMilliseconds(leftAt),
                delay,
                urgentDelay,
                BinaryPrimitives.ReadInt32BigEndian(bytes[32..]),
                (SxtFailureReason)BinaryPrimitives.ReadInt32BigEndian(bytes[36..]),
                BinaryPrimitives.ReadInt64BigEndian(bytes[24..]));

        static TimeSpan? Delay(ReadOnlySpan<byte> bytes) =>
            BinaryPrimitives.ReadInt64BigEndian(bytes) is var milliseconds && milliseconds >= 0 && milliseconds <= LongestDelay.TotalMilliseconds
                ? TimeSpan.FromMilliseconds(milliseconds)
                : null;
    }
}
