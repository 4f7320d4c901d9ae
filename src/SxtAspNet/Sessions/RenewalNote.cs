using System.Buffers.Binary;

namespace SxtAspNet.Sessions;

/// <summary>
/// What an instance leaves beside the record when its attempt failed, so that the farm asks the gateway once per
/// back-off, not once per instance; it says which one it was, since that one lets the others go first. Instants are on
/// the gateway's clock.
/// </summary>
internal sealed record RenewalNote(DateTimeOffset NotBefore, int Failures, SxtFailureReason Reason, long Instance)
{
    private const int Size = sizeof(long) + sizeof(int) + sizeof(int) + sizeof(long);

    /// <summary>The longest back-off that a note is believed; an old or forged one must not silence the farm.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(10);

    /// <summary>How long the farm is still to wait.</summary>
    public TimeSpan Remaining(DateTimeOffset now)
    {
        var remaining = NotBefore - now;
        return remaining > TimeSpan.Zero && remaining <= LongestWait ? remaining : TimeSpan.Zero;
    }

    public byte[] Write()
    {
        var bytes = new byte[Size];
        BinaryPrimitives.WriteInt64BigEndian(bytes, NotBefore.ToUnixTimeMilliseconds());
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(sizeof(long)), Failures);
        BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(sizeof(long) + sizeof(int)), (int)Reason);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(Size - sizeof(long)), Instance);
        return bytes;
    }

    /// <summary>Reads a note; <see langword="null"/> when it is malformed.</summary>
    public static RenewalNote? Read(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
        {
            return null;
        }

        var notBefore = BinaryPrimitives.ReadInt64BigEndian(bytes);
        return notBefore < 0 || notBefore > DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? null
            : new RenewalNote(
                DateTimeOffset.FromUnixTimeMilliseconds(notBefore),
                BinaryPrimitives.ReadInt32BigEndian(bytes[sizeof(long)..]),
                (SxtFailureReason)BinaryPrimitives.ReadInt32BigEndian(bytes[(sizeof(long) + sizeof(int))..]),
                BinaryPrimitives.ReadInt64BigEndian(bytes[(Size - sizeof(long))..]));
    }
}
