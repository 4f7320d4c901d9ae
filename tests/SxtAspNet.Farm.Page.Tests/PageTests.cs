using System.Text.RegularExpressions;
using WebFarm.Processes;
using static Microsoft.Playwright.Assertions;

namespace SxtAspNet.Farm.Page.Tests;

public sealed partial class PageTests(LiveFarm farm)
{
    /// <summary>A generation is a time; the page shows minutes, seconds and milliseconds.</summary>
    [GeneratedRegex(@"^\d\d:\d\d\.\d{3}$")]
    private static partial Regex Generation { get; }

    [Fact]
    public async Task It_shows_the_instances_what_happened_and_what_the_gateway_counts()
    {
        var open = await farm.OpenAsync();

        for (var number = 1; number <= LiveFarm.Instances; number++)
        {
            await open.SharesAsync(number);
            await Expect(open.Instance(number).Locator(".generation")).ToHaveTextAsync(Generation);
        }

        await open.DrawsTimelineAsync();
        await Expect(open.Page.Locator("#events li").First).ToBeVisibleAsync();
        await open.HasMoreCallsAsync("SQL calls", than: await open.CallsAsync("SQL calls"));
        await open.HasMoreCallsAsync("refreshes", than: await open.CallsAsync("refreshes"));
        await open.CloseAsync();
    }

    [Fact]
    public async Task An_instance_can_be_killed_and_started_again()
    {
        var open = await farm.OpenAsync();
        await open.SharesAsync(1);

        await open.Button("Kill instance 1").ClickAsync();
        await open.IsAsync(1, "killed");
        await Expect(open.Button("Kill instance 1")).ToBeDisabledAsync();
        await open.Button("Start instance 1").ClickAsync();
        await open.SharesAsync(1);
        await open.CloseAsync();
    }

    [Fact]
    public async Task An_instance_can_be_paused_and_resumed()
    {
        Assert.SkipUnless(Suspension.IsSupported, "Windows can't pause a process (SIGSTOP).");
        var open = await farm.OpenAsync();
        await open.SharesAsync(2);

        await open.Button("Pause instance 2").ClickAsync();
        await open.IsAsync(2, "paused");
        await open.Button("Resume instance 2").ClickAsync();
        await open.SharesAsync(2);
        await open.CloseAsync();
    }

    [Fact]
    public async Task An_instance_can_be_added()
    {
        var open = await farm.OpenAsync();
        await open.SharesAsync(1);
        var count = await open.Instances.CountAsync();

        await open.Button("Add an instance").ClickAsync();

        await Expect(open.Instances).ToHaveCountAsync(count + 1);
        await open.SharesAsync(count + 1);
        await open.CloseAsync();
    }

    [Fact]
    public async Task The_cache_can_be_stopped_and_started()
    {
        var open = await farm.OpenAsync();
        await open.SharesAsync(1);

        await open.Button("Stop the cache").ClickAsync();
        await Expect(open.Badge("Cache")).ToHaveTextAsync("stopped");
        await open.Button("Start the cache").ClickAsync();
        await Expect(open.Badge("Cache")).ToHaveTextAsync("up");
        await open.SharesAsync(1);
        await open.CloseAsync();
    }

    [Fact]
    public async Task The_cache_can_fall_silent_and_answer_again()
    {
        var open = await farm.OpenAsync();
        await open.SharesAsync(1);

        await open.Button("Silence the cache").ClickAsync();
        await Expect(open.Badge("Cache")).ToHaveTextAsync("silent");
        await open.Button("Let the cache answer").ClickAsync();
        await Expect(open.Badge("Cache")).ToHaveTextAsync("up");
        await open.SharesAsync(1);
        await open.CloseAsync();
    }

    [Fact]
    public async Task The_lock_can_be_held_for_ever_and_freed()
    {
        var open = await farm.OpenAsync();
        await open.SharesAsync(1);

        await open.Button("Hold the lock for ever").ClickAsync();
        await Expect(open.Badge("Cache")).ToHaveTextAsync("lock held");
        await Expect(open.Button("Hold the lock for ever")).ToBeDisabledAsync();
        await open.Button("Free the lock").ClickAsync();
        await Expect(open.Badge("Cache")).ToHaveTextAsync("up");
        await open.SharesAsync(1);
        await open.CloseAsync();
    }

    [Fact]
    public async Task The_gateway_can_be_made_to_fail_and_mended()
    {
        var open = await farm.OpenAsync();
        await open.SharesAsync(1);

        await open.Button("Let the gateway fail").ClickAsync();
        await Expect(open.Badge("Gateway")).ToHaveTextAsync("fails");
        await open.Button("Mend the gateway").ClickAsync();
        await Expect(open.Badge("Gateway")).ToHaveTextAsync("well");
        await open.CloseAsync();
    }

    [Fact]
    public async Task The_user_can_be_logged_out_and_the_next_request_logs_in()
    {
        var open = await farm.OpenAsync();
        await open.SharesAsync(1);
        var (logouts, logins) = (await open.CallsAsync("logouts"), await open.CallsAsync("token exchanges"));

        await open.Button("Log out").ClickAsync();

        await open.HasMoreCallsAsync("logouts", than: logouts);
        await open.HasMoreCallsAsync("token exchanges", than: logins);
        await open.SharesAsync(1);
        await open.CloseAsync();
    }

    [Fact]
    public async Task A_narrow_window_needs_no_horizontal_scrolling()
    {
        var open = await farm.OpenAsync(width: 400);
        await open.SharesAsync(1);
        await open.DrawsTimelineAsync();

        var overhang = await open.Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");

        Assert.Equal(0, overhang);
        await open.CloseAsync();
    }
}
