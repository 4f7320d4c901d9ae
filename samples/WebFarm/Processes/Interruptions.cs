namespace WebFarm.Processes;

/// <summary>When a process was paused or killed, as spans of monotonic timestamps.</summary>
public sealed class Interruptions
{
    private readonly Lock _lock = new();
    private readonly List<(long From, long To)> _spans = [];

    /// <summary>Notes that an interruption begins now. Call it before the signal is sent.</summary>
    public void Begin()
    {
        lock (_lock)
        {
            if (_spans is not [.., { To: long.MaxValue }])
            {
                _spans.Add((TimeProvider.System.GetTimestamp(), long.MaxValue));
            }
        }
    }

    /// <summary>Notes that the interruption is over. Call it after the process goes on.</summary>
    public void End()
    {
        lock (_lock)
        {
            if (_spans is [.., { To: long.MaxValue } last])
            {
                _spans[^1] = (last.From, TimeProvider.System.GetTimestamp());
            }
        }
    }

    /// <summary>Whether something that lasted from one timestamp to another met an interruption.</summary>
    public bool Meet(long from, long to)
    {
        lock (_lock)
        {
            return _spans.Exists(span => span.From <= to && from <= span.To);
        }
    }
}
