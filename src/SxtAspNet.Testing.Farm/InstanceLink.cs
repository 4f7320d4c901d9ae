namespace SxtAspNet.Testing;

/// <summary>
/// The way of one instance to a place outside: open, cut (each call fails at once), or dead (no call ends, as nobody is there any more
/// who could hear the answer).
/// </summary>
internal sealed class InstanceLink
{
    private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile bool _isDead;

    public bool IsCut { get; set; }

    /// <summary>Calls no longer end.</summary>
    public void Die() => _isDead = true;

    /// <summary>Calls that did not end fail now, and so does each later one: the test is over.</summary>
    public void End()
    {
        IsCut = true;
        _isDead = false;
        _end.TrySetResult();
    }

    /// <exception cref="IOException">The link is cut.</exception>
    public async ValueTask PassAsync(CancellationToken cancellationToken)
    {
        if (_isDead)
        {
            await _end.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        if (IsCut)
        {
            throw new IOException("The test has cut this link.");
        }
    }
}
