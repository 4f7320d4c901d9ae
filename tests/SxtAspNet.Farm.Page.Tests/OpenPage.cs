using System.Collections.Concurrent;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace SxtAspNet.Farm.Page.Tests;

/// <summary>The page in a browser, by the names that its users see. It must not have complained when it is closed.</summary>
public sealed class OpenPage
{
    private readonly ConcurrentQueue<string> _complaints = [];

    public OpenPage(IPage page)
    {
        Page = page;
        page.PageError += (_, error) => _complaints.Enqueue(error);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning")
            {
                _complaints.Enqueue($"{message.Text} ({message.Location})");
            }
        };
    }

    public IPage Page { get; }

    public ILocator Instances => Page.Locator("#instances article");

    public ILocator Instance(int number) => Page.Locator($"#instance-{number}");

    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    /// <summary>Waits until an instance takes part in the farm.</summary>
    public Task SharesAsync(int number) => Expect(Instance(number).Locator(".badge")).ToHaveTextAsync(new Regex("^(owner|shared)$"));

    public Task IsAsync(int number, string state) => Expect(Instance(number).Locator(".badge")).ToHaveTextAsync(state);

    /// <summary>The badge of the cache or the gateway.</summary>
    public ILocator Badge(string name) => Page.GetByRole(AriaRole.Article, new() { Name = name, Exact = true }).Locator(".badge");

    /// <summary>How many calls of a kind the gateway has counted, as the page says.</summary>
    public async Task<int> CallsAsync(string kind) => int.Parse(
        await Page.Locator($"#gateway dt:text-is('{kind}') + dd").InnerTextAsync(), NumberStyles.AllowThousands, CultureInfo.InvariantCulture);

    /// <summary>Waits until the gateway has counted more calls of a kind.</summary>
    /// <remarks>After a test that killed the owner, the next renewal is a login, and a refresh comes a token's life later.</remarks>
    public Task HasMoreCallsAsync(string kind, int than) => Page.WaitForFunctionAsync(
        """
        ([kind, than]) => [...document.querySelectorAll('#gateway dt')].some(term =>
          term.textContent === kind && Number(term.nextElementSibling.textContent.replaceAll(',', '')) > than)
        """,
        new object[] { kind, than },
        new() { Timeout = 60_000 });

    /// <summary>Waits until the chart or the timeline shows something in more colours than its lines and names have.</summary>
    public Task DrawsAsync(string canvas) => Page.WaitForFunctionAsync(
        """
        id => {
          const canvas = document.getElementById(id);
          if (!canvas.width || !canvas.height) return false;
          const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
          let vivid = 0;
          for (let at = 0; at < data.length; at += 4) {
            if (data[at + 3] > 0 && Math.max(data[at], data[at + 1], data[at + 2]) - Math.min(data[at], data[at + 1], data[at + 2]) > 60) vivid++;
          }
          return vivid > 50;
        }
        """,
        canvas);

    /// <summary>The word for the farm beside the page's title.</summary>
    public ILocator Agreement => Page.Locator("#agreement");

    /// <summary>The sentence that tells what just happened.</summary>
    public ILocator Story => Page.GetByRole(AriaRole.Status);

    /// <summary>Closes it; the browser found nothing wrong, nor did the page.</summary>
    public async Task CloseAsync()
    {
        await Expect(Page.GetByRole(AriaRole.Alert)).ToBeHiddenAsync();
        await Page.CloseAsync();
        Assert.Empty(_complaints);
    }
}
