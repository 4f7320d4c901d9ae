using System.Text.RegularExpressions;
using Microsoft.Playwright;
using WebFarm.Processes;
using static Microsoft.Playwright.Assertions;

namespace SxtAspNet.Farm.Page.Tests;

[Collection(nameof(LiveFarm))]
public sealed partial class PageTests(LiveFarm farm)
{
    [GeneratedRegex(@"^one session, 1 of \d+ away$")]
    private static partial Regex AwayOne { get; }

    [GeneratedRegex("^Instance 1 was killed;.* request")]
    private static partial Regex DeathOfOne { get; }

    [GeneratedRegex("^Its process is starting")]
    private static partial Regex Reason { get; }

    [GeneratedRegex("^⚠ .+ – SxtAspNet web farm$")]
    private static partial Regex Trouble { get; }

    [GeneratedRegex(@"^generation \d{6}$")]
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

        await open.DrawsAsync("timeline");
        await open.DrawsAsync("chart");
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
        await Expect(open.Instance(1).GetByRole(AriaRole.Button)).ToHaveCountAsync(2);
        await Expect(open.Button("Pause instance 1")).ToBeDisabledAsync();
        await Expect(open.Agreement).ToHaveTextAsync(AwayOne);
        await Expect(open.Story).ToHaveTextAsync(DeathOfOne);
        await Expect(open.Page).ToHaveTitleAsync(Trouble);
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
    public async Task A_button_pressed_by_key_keeps_the_focus_and_undoes_what_it_did()
    {
        Assert.SkipUnless(Suspension.IsSupported, "Windows can't pause a process (SIGSTOP).");
        var open = await farm.OpenAsync();
        await open.SharesAsync(2);

        await open.Button("Pause instance 2").FocusAsync();
        await open.Page.Keyboard.PressAsync("Enter");
        await open.IsAsync(2, "paused");
        await Expect(open.Button("Resume instance 2")).ToBeFocusedAsync();
        await Expect(open.Button("Resume instance 2")).ToBeEnabledAsync();
        await open.Page.Keyboard.PressAsync("Enter");
        await open.SharesAsync(2);
        await Expect(open.Button("Pause instance 2")).ToBeFocusedAsync();
        await open.CloseAsync();
    }

    [Fact]
    public async Task Without_a_token_the_badge_the_title_the_sentence_and_the_figures_say_so()
    {
        var open = await farm.OpenAsync();
        await open.SharesAsync(1);

        await open.Button("Let the gateway fail").ClickAsync();
        await Expect(open.Agreement).ToHaveTextAsync("no token");
        await Expect(open.Story).ToHaveTextAsync("The gateway began to fail (503); renewals fail; requests fail.");
        await Expect(open.Page).ToHaveTitleAsync("⚠ requests fail – SxtAspNet web farm");
        await Expect(open.Instance(1).Locator("dt:text-is('p50') + dd")).ToHaveTextAsync("–");
        await open.Button("Fix the gateway").ClickAsync();
        await Expect(open.Agreement).ToHaveTextAsync("one session");
        await Expect(open.Page).ToHaveTitleAsync("SxtAspNet web farm");
        await open.CloseAsync();
    }

    [Fact]
    public async Task An_instance_can_be_added()
    {
        var open = await farm.OpenAsync();
        await open.SharesAsync(1);
        var count = await open.Instances.CountAsync();

        // The farm is asked only when the test has seen what the button says meanwhile.
        var asked = new TaskCompletionSource<IRoute>();
        await open.Page.RouteAsync("**/api/instances", asked.SetResult);
        await open.Button("Add an instance").ClickAsync();
        var route = await asked.Task;
        await Expect(open.Button("Adding an instance …")).ToBeDisabledAsync();
        await Expect(open.Button("Adding an instance …")).ToHaveAttributeAsync("title", Reason);
        await route.ContinueAsync();

        await Expect(open.Instances).ToHaveCountAsync(count + 1);
        await open.SharesAsync(count + 1);
        await Expect(open.Button("Add an instance")).ToBeEnabledAsync();
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
        await Expect(open.Button("Hold the lock for ever")).ToHaveCountAsync(0);
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
        await open.Button("Fix the gateway").ClickAsync();
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
        await open.DrawsAsync("timeline");

        var overhang = await open.Page.EvaluateAsync<int>("document.documentElement.scrollWidth - document.documentElement.clientWidth");

        Assert.Equal(0, overhang);
        await open.CloseAsync();
    }
}
