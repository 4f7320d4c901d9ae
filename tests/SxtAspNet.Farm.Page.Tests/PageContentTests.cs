using static Microsoft.Playwright.Assertions;

namespace SxtAspNet.Farm.Page.Tests;

/// <summary>What the page explains, how it is laid out, and what its timeline makes of events.</summary>
[Collection(nameof(LiveFarm))]
public sealed class PageContentTests(LiveFarm farm)
{
    [Fact]
    public async Task Each_button_and_each_figure_says_what_it_means()
    {
        var open = await farm.OpenAsync();
        await open.SharesAsync(1);

        var silent = await open.Page.EvaluateAsync<string[]>(
            "[...document.querySelectorAll('button, .figures > div, .totals > div')].filter(node => !node.title).map(node => node.textContent)");

        Assert.Empty(silent);
        await Expect(open.Page.Locator("#meanings dt")).ToHaveCountAsync(await open.Page.Locator("#totals dt").CountAsync());
        await open.CloseAsync();
    }

    [Fact]
    public async Task The_timeline_stands_above_the_cards_and_the_sentence_above_it()
    {
        var open = await farm.OpenAsync();
        await open.SharesAsync(1);

        string[] inOrder = ["#story", "#chart", "#timeline", "#instance-1", "#cache", "#events"];
        var tops = new List<float>();
        foreach (var selector in inOrder)
        {
            tops.Add((await open.Page.Locator(selector).BoundingBoxAsync())!.Y);
        }

        Assert.Equal(tops.Order(), tops);
        await open.CloseAsync();
    }

    [Fact]
    public async Task The_sentence_is_read_aloud_and_the_keyboard_reaches_the_buttons_in_the_order_of_the_page()
    {
        var open = await farm.OpenAsync();
        await open.SharesAsync(2);
        await Expect(open.Story).ToHaveAttributeAsync("aria-live", "polite");

        string[] inOrder = ["Add an instance", "Log out", "Kill instance 1", "Pause instance 1", "Kill instance 2"];
        await open.Button(inOrder[0]).FocusAsync();
        foreach (var name in inOrder)
        {
            await Expect(open.Button(name)).ToBeFocusedAsync();
            await open.Page.Keyboard.PressAsync("Tab");
        }

        await open.CloseAsync();
    }

    [Fact]
    public async Task The_legend_names_all_that_the_timeline_draws()
    {
        var open = await farm.OpenAsync();

        var missing = await open.Page.EvaluateAsync<string[]>(
            """
            async () => {
              const { marks, bands } = await import('/marks.js');
              const words = [...document.querySelectorAll('#legend li')].map(item => item.textContent);
              return [...Object.values(marks).map(mark => mark[2]), ...Object.values(bands)].filter(each => !words.includes(each));
            }
            """);
        var shapes = await open.Page.EvaluateAsync<int>(
            "async () => { const { marks } = await import('/marks.js'); return new Set(Object.values(marks).map(mark => mark[0] + mark[1])).size - Object.keys(marks).length; }");

        Assert.Empty(missing);
        Assert.Equal(0, shapes);
        await open.CloseAsync();
    }

    [Fact]
    public async Task A_session_ends_in_the_timeline_when_its_token_does()
    {
        var open = await farm.OpenAsync();

        var spans = await SpansAsync(
            open,
            "sessionSpans",
            """
            [{ kind: 'up', time: 100 }, { kind: 'renewed', generation: 7, time: 200 }, { kind: 'down', time: 900 }],
            { state: 'ended' }, new Map([[7, 600]]), 0, 1000
            """);

        Assert.Equal("tokenless 100-200, session 200-600, tokenless 600-900", spans);
        await open.CloseAsync();
    }

    [Fact]
    public async Task A_session_found_dead_or_logged_out_has_no_token_in_the_timeline()
    {
        var open = await farm.OpenAsync();

        var spans = await SpansAsync(
            open,
            "sessionSpans",
            """
            [{ kind: 'adopted', generation: 7, time: 100 }, { kind: 'foundDead', generation: 6, time: 150 }, { kind: 'foundDead', generation: 7, time: 200 },
             { kind: 'renewed', generation: 8, time: 300 }, { kind: 'loggedOut', generation: 9, time: 400 }],
            { state: 'running', session: {} }, new Map(), 0, 500
            """);

        Assert.Equal("session 100-200, tokenless 200-300, session 300-400, tokenless 400-500", spans);
        await open.CloseAsync();
    }

    [Fact]
    public async Task One_instance_at_a_time_has_the_lock_in_the_timeline()
    {
        var open = await farm.OpenAsync();

        var spans = await SpansAsync(
            open,
            "lockSpans",
            """
            [{ kind: 'lockTaken', lane: '1', time: 100 }, { kind: 'lockTaken', lane: '2', time: 200 }, { kind: 'failed', lane: '2', time: 300 },
             { kind: 'lockTaken', lane: '3', time: 400 }, { kind: 'renewed', lane: '1', time: 450 }, { kind: 'renewed', lane: '3', time: 500 }],
            1000
            """);

        Assert.Equal("1 100-200, 2 200-300, 3 400-500", spans);
        await open.CloseAsync();
    }

    [Fact]
    public async Task A_fault_within_a_fault_does_not_end_it_in_the_timeline()
    {
        var open = await farm.OpenAsync();

        var spans = await SpansAsync(
            open,
            "faultSpans",
            """
            [{ kind: 'faultBegins', time: 100 }, { kind: 'faultBegins', time: 200 }, { kind: 'faultEnds', time: 300 }, { kind: 'faultEnds', time: 400 },
             { kind: 'faultBegins', time: 500 }, { kind: 'faultBegins', time: 550 }, { kind: 'up', time: 600 }, { kind: 'faultBegins', time: 700 }],
            1000
            """);

        Assert.Equal("100-400, 500-600, 700-1000", spans);
        await open.CloseAsync();
    }

    /// <summary>What a function of the page makes of events.</summary>
    private static Task<string> SpansAsync(OpenPage open, string function, string arguments) => open.Page.EvaluateAsync<string>(
        $$"""
        async () => (await import('/spans.js')).{{function}}({{arguments}})
          .map(({ kind, lane, from, to }) => `${kind ?? lane ?? ''} ${from}-${to}`.trim()).join(', ')
        """);
}
