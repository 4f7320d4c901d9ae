namespace WebFarm.Check;

/// <summary>Presents tokens of a user to the instances. Each token is unknown to them, and its answer is not waited for.</summary>
internal sealed class Callers(Farm farm, string userId, int rate)
{
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        if (rate == 0)
        {
            return;
        }

        List<Task> presented = [];
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1.0 / rate));
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                presented.RemoveAll(one => one.IsCompleted);
                presented.AddRange(farm.Instances.Select(instance => PresentAsync(instance, cancellationToken)));
            }
        }
        catch (OperationCanceledException)
        {
            // The traffic is over.
        }

        await Task.WhenAll(presented);
    }

    private async Task PresentAsync(FarmInstance instance, CancellationToken cancellationToken)
    {
        if (instance.Process is not { State: Processes.ProcessState.Running } process)
        {
            return;
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, "me");
        request.Headers.Authorization = new("Bearer", farm.Gateway.Emulator.IssueAccessToken(userId));
        try
        {
            using var response = await process.Client.SendAsync(request, cancellationToken);
        }
        catch (Exception exception) when (exception is HttpRequestException or ObjectDisposedException or OperationCanceledException)
        {
            // Killed or paused meanwhile, or the traffic is over.
        }
    }
}
