namespace WebApi;

/// <summary>
/// Stops the app when standard input ends, so that a process started over a pipe does not outlive its parent, not even
/// one that was killed. Only with ExitWithParent=true: a service has no standard input to begin with.
/// </summary>
public sealed class ParentWatch(IHostApplicationLifetime lifetime) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        // A thread of its own, since reading a pipe can't be cancelled; in the background, so that it holds nothing up.
        new Thread(WaitForEnd) { IsBackground = true, Name = nameof(ParentWatch) }.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void WaitForEnd()
    {
        using var input = Console.OpenStandardInput();
        while (input.ReadByte() >= 0)
        {
        }

        lifetime.StopApplication();
    }
}
