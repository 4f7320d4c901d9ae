namespace SxtAspNet.Simulation.World;

/// <summary>Whether an instance's process runs, is paused, or is gone.</summary>
internal sealed class Process(VirtualClock clock)
{
    private readonly Queue<Action> _whenResumed = new();
    private bool _isPaused;

    public bool IsAlive { get; private set; } = true;

    public bool IsRunning => IsAlive && !_isPaused;

    /// <summary>When it was last resumed.</summary>
    public TimeSpan? ResumedAt { get; private set; }

    public void Kill() => IsAlive = false;

    public void Pause() => _isPaused = true;

    public void Resume()
    {
        if (!_isPaused)
        {
            return;
        }

        _isPaused = false;
        ResumedAt = clock.Now;
        while (IsRunning && _whenResumed.TryDequeue(out var action))
        {
            clock.After(TimeSpan.Zero, () => WhenRunning(action));
        }
    }

    /// <summary>Does something now, or when it is resumed; never when it is dead.</summary>
    public void WhenRunning(Action action)
    {
        if (_isPaused)
        {
            _whenResumed.Enqueue(action);
        }
        else if (IsAlive)
        {
            action();
        }
    }

    /// <summary>Completes when the process runs; never when it is dead.</summary>
    public Task RunningAsync()
    {
        if (IsRunning)
        {
            return Task.CompletedTask;
        }

        var completion = new TaskCompletionSource();
        WhenRunning(completion.SetResult);
        return completion.Task;
    }
}
