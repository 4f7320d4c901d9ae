namespace SxtAspNet.Outbound;

/// <summary>Waiting is inherent to a synchronous request. It is bounded, also when no thread is free to go on with.</summary>
internal static class SynchronousWait
{
    public static T For<T>(ValueTask<T> waiting, SxtOptions options, CancellationToken cancellationToken)
    {
        if (waiting.IsCompleted)
        {
            return waiting.GetAwaiter().GetResult();
        }

        var task = waiting.AsTask();
        Observe(task);
        var limit = options.AcquireTimeout + TimeSpan.FromSeconds(1);
        return Task.WaitAny([task], (int)limit.TotalMilliseconds, cancellationToken) == 0
            ? task.GetAwaiter().GetResult()
            : throw new SxtAuthenticationException(
                SxtFailureReason.TimedOut,
                $"No access token within {limit.TotalSeconds:0.###} s (AcquireTimeout): the thread pool had no free thread. Send requests asynchronously.");
    }

    // Its failure is nobody's any more once the caller has given up; it must not turn up as an unobserved exception.
    private static void Observe(Task task) => _ = task.ContinueWith(
        static failed => _ = failed.Exception,
        CancellationToken.None,
        TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously,
        TaskScheduler.Default);
}
