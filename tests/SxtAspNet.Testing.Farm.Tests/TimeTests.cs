using System.Collections.Concurrent;

namespace SxtAspNet.Testing.Farm.Tests;

/// <summary>When the clock of a farm moves.</summary>
public sealed class TimeTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    [Fact]
    public async Task An_action_gets_the_time_that_a_slow_gateway_takes()
    {
        await using var farm = SampleFarm.Create(new SxtGatewayEmulatorOptions { Latency = 0.3 * Second });
        await farm.StartAsync();
        var start = farm.Time.GetUtcNow();

        await farm.AdvanceAsync(60 * Second, every: 10 * Second, SampleFarm.BlocksAsync);

        // The last turn comes at the end.
        Assert.InRange(farm.Time.GetUtcNow() - start, 60 * Second, 65 * Second);
        farm.ShouldShareOneSession();
    }

    [Fact]
    public async Task A_check_gets_the_time_that_a_login_takes()
    {
        await using var farm = SampleFarm.Create();
        farm.Gateway.InjectFault(SxtGatewayFault.Delay(5 * Second, times: 1, SxtGatewayCallKind.Challenge));
        await farm.StartAsync();
        var start = farm.Time.GetUtcNow();

        await farm.ShouldAnswerAsync("/blocks");

        Assert.InRange(farm.Time.GetUtcNow() - start, 5 * Second, 30 * Second);
    }

    [Fact]
    public async Task An_app_that_blocks_a_thread_for_good_gets_time_too()
    {
        using var end = new ManualResetEventSlim();
        var blocked = Task.Run(() => end.Wait(TestContext.Current.CancellationToken), TestContext.Current.CancellationToken);
        await using var farm = SampleFarm.Create(new SxtGatewayEmulatorOptions { Latency = 0.1 * Second });
        await farm.StartAsync();

        await farm.ShouldAnswerAsync("/blocks");

        end.Set();
        await blocked;
    }

    [Fact]
    public async Task A_stop_gets_the_time_that_what_is_under_way_takes()
    {
        await using var farm = SampleFarm.Create();
        await farm.StartAsync();
        farm.Gateway.InjectFault(SxtGatewayFault.Delay(5 * Second, times: 1, SxtGatewayCallKind.Refresh));
        while (farm.Gateway.Calls.Count(SxtGatewayCallKind.Refresh) == 0)
        {
            await farm.AdvanceAsync(Second);
        }

        for (var index = 0; index < farm.Instances.Count; index++)
        {
            await farm.StopAsync(index);
        }

        Assert.DoesNotContain(farm.Instances, static instance => instance.IsRunning);
    }

    [Fact]
    public async Task Work_that_needs_no_time_takes_none_however_slow_the_machine_is()
    {
        await using var farm = SampleFarm.Create();
        await farm.StartAsync();
        var start = farm.Time.GetUtcNow();
        var turns = new ConcurrentQueue<TimeSpan>();

        await farm.ShouldAnswerAsync("/blocks");
        await farm.AdvanceAsync(30 * Second, every: 10 * Second, async instance =>
        {
            await SampleFarm.BlocksAsync(instance);
            await Task.Run(static () => Thread.Sleep(100));
            turns.Enqueue(farm.Time.GetUtcNow() - start);
        });

        Assert.Equal([10, 10, 10, 20, 20, 20, 30, 30, 30], turns.Select(static turn => turn.TotalSeconds));
        Assert.Equal(30 * Second, farm.Time.GetUtcNow() - start);
    }

    [Theory]
    [InlineData(0.25, 8)]
    [InlineData(0.8, 2)]
    [InlineData(1.5, 1)]
    public async Task Something_happens_as_often_as_the_test_says(double every, int turns)
    {
        await using var farm = SampleFarm.Create();
        await farm.StartAsync();
        var (start, times) = (farm.Time.GetUtcNow(), new List<double>());

        await farm.AdvanceAsync(2 * Second, every * Second, instance =>
        {
            if (instance.Index == 0)
            {
                times.Add((farm.Time.GetUtcNow() - start).TotalSeconds);
            }

            return Task.CompletedTask;
        });

        Assert.Equal(Enumerable.Range(1, turns).Select(turn => turn * every), times);
    }

    [Fact]
    public async Task Turns_that_an_action_has_missed_are_left_out()
    {
        await using var farm = SampleFarm.Create();
        await farm.StartAsync();
        var (start, times) = (farm.Time.GetUtcNow(), new List<double>());

        await farm.AdvanceAsync(10 * Second, every: Second, async instance =>
        {
            if (instance.Index == 0)
            {
                times.Add((farm.Time.GetUtcNow() - start).TotalSeconds);
                await Task.Delay(2.5 * Second, farm.Time, TestContext.Current.CancellationToken);
            }
        });

        // At 3.5, the turns of 2 and 3 seconds are one.
        Assert.Equal([1, 3.5, 6, 8.5], times);
    }
}
