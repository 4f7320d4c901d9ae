using System.Text.Json;

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
    /// <summary>The longest delay that a note is believed; an old or forged one must not silence the farm.</summary>
    private static readonly TimeSpan LongestDelay = TimeSpan.FromMinutes(10);

    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, SessionJson.Default.RenewalNote);

    /// <summary>Reads a note; <see langword="null"/> when it is malformed or can't be meant.</summary>
    public static RenewalNote? Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return JsonSerializer.Deserialize(bytes, SessionJson.Default.RenewalNote) is { } note && IsSound(note.Delay) && IsSound(note.UrgentDelay)
                ? note
                : null;
        }
        catch (JsonException)
        {
            return null;
        }

        static bool IsSound(TimeSpan delay) => delay >= TimeSpan.Zero && delay <= LongestDelay;
    }
}
