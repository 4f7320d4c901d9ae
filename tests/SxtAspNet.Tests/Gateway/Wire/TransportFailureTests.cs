using System.Runtime.CompilerServices;
using SxtAspNet.Gateway;

namespace SxtAspNet.Tests.Gateway.Wire;

/// <summary>Every way in which a call can fail has a name.</summary>
public class TransportFailureTests
{
    private static readonly string Token = $"{new string('h', 40)}.{new string('p', 200)}.{new string('s', 86)}";
    private static readonly string Signature = new('a', 128);

    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);

    public static TheoryData<string> Names => [.. BadWire.Rows.Select(row => row.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_failed_call_has_its_reason_its_repetitions_its_cause_and_no_secret(string name)
    {
        var row = BadWire.Rows.Single(row => row.Name == name);
        await using var wire = await row.StageAsync();

        using var counting = new CountingHandler(wire.Handler);

        var repeatable = await SendAsync(wire, counting, isRepeatable: true);
        var repeatableCount = counting.Count;
        var once = await SendAsync(wire, counting, isRepeatable: false);

        Assert.Equal(row.IsRepeated, repeatableCount > 1);
        Assert.Equal(1, counting.Count - repeatableCount);
        foreach (var failure in (SxtAuthenticationException[])[repeatable, once])
        {
            Assert.Equal(row.Reason, failure.Reason);
            Assert.Contains(row.Message, failure.Message, StringComparison.Ordinal);
            Assert.StartsWith("Call for a test: ", failure.Message, StringComparison.Ordinal);
            Assert.All([Token, Signature, BadWireRow.ProxyPassword], secret => Assert.DoesNotContain(secret, failure.ToString(), StringComparison.Ordinal));
        }
    }

    [Fact]
    public void The_operations_page_has_the_same_table()
    {
        var page = File.ReadAllText(Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", "..", "..", "docs", "operations.md"));

        Assert.All(BadWire.Rows, row => Assert.Contains(row.Documented, page, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_name_that_is_not_known_tells_where_the_gateway_is_and_was()
    {
        await using var wire = await BadWire.Rows.Single(row => row.Name == "the name is not known").StageAsync();
        using var transport = Create(wire, wire.Handler);

        var failure = await FailAsync(transport, isRepeatable: false);

        Assert.Contains("https://api.makeinfinite.dev", failure.Message, StringComparison.Ordinal);
        Assert.Contains("https://api.spaceandtime.app", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_caller_that_gives_up_is_told_so_by_its_own_token()
    {
        await using var wire = await BadWire.Rows.Single(row => row.Name == "no answer comes to a request").StageAsync();
        using var giveUp = new CancellationTokenSource();
        using var transport = Create(wire, wire.Handler);
        var call = transport.SendAsync(Call(isRepeatable: true), Timeout, giveUp.Token);

        await giveUp.CancelAsync();

        var canceled = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        Assert.Equal(giveUp.Token, canceled.CancellationToken);
    }

    [Fact]
    public async Task A_handler_that_blocks_its_threads_gets_no_fifth_thread()
    {
        await using var wire = await BadWire.Rows.Single(row => row.Name.EndsWith("blocks its thread", StringComparison.Ordinal)).StageAsync();
        using var counting = new CountingHandler(wire.Handler);
        using var transport = Create(wire, counting);
        for (var call = 0; call < 4; call++)
        {
            await FailAsync(transport, isRepeatable: false);
        }

        var fifth = await FailAsync(transport, isRepeatable: false);

        Assert.Equal(SxtFailureReason.GatewayUnreachable, fifth.Reason);
        Assert.Contains("BackchannelHttpHandler still blocks the threads of earlier calls", fifth.Message, StringComparison.Ordinal);
        Assert.Equal(4, counting.Count);
    }

    private static async Task<SxtAuthenticationException> SendAsync(BadWire wire, HttpMessageHandler handler, bool isRepeatable)
    {
        using var transport = Create(wire, handler);
        return await FailAsync(transport, isRepeatable);
    }

    private static Task<SxtAuthenticationException> FailAsync(GatewayTransport transport, bool isRepeatable) =>
        Assert.ThrowsAsync<SxtAuthenticationException>(
            () => transport.SendAsync(Call(isRepeatable), Timeout, TestContext.Current.CancellationToken));

    /// <summary>Without pauses between repetitions.</summary>
    private static GatewayTransport Create(BadWire wire, HttpMessageHandler handler) => new(
        wire.Gateway, handler, new GatewayClock(TimeProvider.System), new Runtime(TimeProvider.System) { Random = () => 0 });

    private static GatewayCall Call(bool isRepeatable) => new()
    {
        Description = "Call for a test",
        Method = HttpMethod.Post,
        Path = "v1/auth/code",
        Bearer = Token,
        Body = System.Text.Encoding.UTF8.GetBytes($$"""{"userId":"nobody","signature":"{{Signature}}"}"""),
        IsRepeatable = isRepeatable,
    };

    private static string Here([CallerFilePath] string file = "") => file;
}
