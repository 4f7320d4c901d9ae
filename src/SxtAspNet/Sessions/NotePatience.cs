using SxtAspNet.Gateway;

namespace SxtAspNet.Sessions;

/// <summary>
/// For how long a note of a failed attempt still holds this instance back. Never longer than the note's own delay from
/// the moment it was met, whatever its instant says: an instance that has not heard the gateway yet, here or where the
/// note was written, has only its own clock, which may be wrong by minutes.
/// </summary>
internal sealed class NotePatience(GatewayClock clock, TimeProvider timeProvider)
{
    private RenewalNote? _note;
    private long _metAt;

    public TimeSpan Remaining(RenewalNote note)
    {
        if (_note != note)
        {
            (_note, _metAt) = (note, timeProvider.GetTimestamp());
        }

        var remaining = note.Delay - timeProvider.GetElapsedTime(_metAt);
        return clock.IsKnown && note.NotBefore - clock.Now < remaining ? note.NotBefore - clock.Now : remaining;
    }
}
