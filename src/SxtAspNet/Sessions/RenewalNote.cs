using System.Buffers.Binary;

namespace SxtAspNet.Sessions;

/// <summary>
/// What an instance leaves beside the record when its attempt failed, so that the farm asks the gateway once per
/// back-off, not once per instance; it says which one it was, since that one lets the others go first.
/// </summary>
/// <param name="NotBefore">When the farm may ask again, on the gateway's clock as far as the writer knew it.</param>
/// <param name="Delay">How long that was from the failure.</param>
/// <param name="Failures">Failed attempts of the farm in a row.</param>
/// <param name="Reason">Why the last one failed.</param>
/// <param name="Instance">Whose attempt it was.</param>
internal sealed record RenewalNote(DateTimeOffset NotBefore, TimeSpan Delay, int Failures, SxtFailureReason Reason, long Instance)
{
    private const int Size = (3 * sizeof(long)) + (2 * sizeof(int));

    /// <summary>The longest delay that a note is believed; an old or forged one must not silence the farm.</summary>
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(10);

    public byte[] Write()
    {
        var bytes = new byte[Size];
        var rest = bytes.AsSpan();
        BinaryPrimitives.WriteInt64BigEndian(rest, NotBefore.ToUnixTimeMilliseconds());
        BinaryPrimitives.WriteInt64BigEndian(rest[8..], (long)Delay.TotalMilliseconds);
        BinaryPrimitives.WriteInt64BigEndian(rest[16..], Instance);
        BinaryPrimitives.WriteInt32BigEndian(rest[24..], Failures);
        BinaryPrimitives.WriteInt32BigEndian(rest[28..], (int)Reason);
        return bytes;
    }

    /// <summary>Reads a note; <see langword="null"/> when it is malformed or can't be meant.</summary>
    public static RenewalNote? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
        {
            return null;
        }

        var notBefore = BinaryPrimitives.ReadInt64BigEndian(bytes);
        var delay = BinaryPrimitives.ReadInt64BigEndian(bytes[8..]);
        return notBefore < 0 || notBefore > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            || delay < 0 || delay > (long)LongestDelay.TotalMilliseconds
            ? null
            : new RenewalNote(
                DateTimeOffset.FromUnixTimeMilliseconds(notBefore),
                TimeSpan.FromMilliseconds(delay),
                BinaryPrimitives.ReadInt32BigEndian(bytes[24..]),
                (SxtFailureReason)BinaryPrimitives.ReadInt32BigEndian(bytes[28..]),
                BinaryPrimitives.ReadInt64BigEndian(bytes[16..]));
    }
}
