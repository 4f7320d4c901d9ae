using System.Diagnostics;

namespace SxtAspNet.Redis.Tests.Infrastructure;

/// <summary>Waits for what happens in its own time, on other threads and machines' clocks.</summary>
internal static class Eventually
{
    // So generous that only what never happens exceeds it, however busy the machine.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Step = TimeSpan.FromMilliseconds(20);

    public static Task IsTrueAsync(Func<bool> condition, string expectation, Func<string>? found = null) =>
        IsTrueAsync(() => Task.FromResult(condition()), expectation, found);

    public static async Task IsTrueAsync(Func<Task<bool>> condition, string expectation, Func<string>? found = null)
    {
        var startedAt = Stopwatch.GetTimestamp();
        while (!await condition())
        {
            if (Stopwatch.GetElapsedTime(startedAt) > Limit)
            {
                Assert.Fail($"Not within {Limit.TotalSeconds} s: {expectation}. {found?.Invoke()}");
            }

            await Task.Delay(Step, TestContext.Current.CancellationToken);
        }
    }
}
