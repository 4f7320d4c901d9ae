namespace WebFarm.Check;

/// <summary>Presents tokens of strangers to the instances: each is unknown to them, so they ask the gateway, and refuse it.</summary>
internal sealed class Flood(Farm farm, int rate)
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
                // A stranger does not wait for the answer to the one before.
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
        request.Headers.Authorization = new("Bearer", farm.Gateway.Emulator.IssueAccessToken("stranger"));
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
