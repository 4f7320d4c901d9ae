using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.Time.Testing;

namespace SxtAspNet.Testing.Tests;

public sealed class InMemoryTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_call_without_a_delay_completes_synchronously()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        using var invoker = new HttpMessageInvoker(gateway.Emulator.CreateHandler());
        var uri = new Uri(gateway.Emulator.BaseAddress, "v1/auth/code");
        using var request = new HttpRequestMessage(HttpMethod.Post, uri)
        {
            Content = JsonContent.Create(new { userId = gateway.User.Id }),
        };

        Task<HttpResponseMessage> call = invoker.SendAsync(request, Cancelled);
        bool completed = call.IsCompletedSuccessfully;

        using HttpResponseMessage response = await call;
        Assert.True(completed);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A_delayed_call_completes_inline_when_its_time_comes()
    {
        await using TestGateway gateway = TestGateway.InMemory(new() { Latency = TimeSpan.FromSeconds(1) });
        using var invoker = new HttpMessageInvoker(gateway.Emulator.CreateHandler());
        var uri = new Uri(gateway.Emulator.BaseAddress, "v1/auth/idexists/x");
        using var request = new HttpRequestMessage(HttpMethod.Get, uri);

        Task<HttpResponseMessage> call = invoker.SendAsync(request, Cancelled);
        bool before = call.IsCompleted;
        gateway.Time.Advance(TimeSpan.FromSeconds(1));
        bool after = call.IsCompletedSuccessfully;

        using HttpResponseMessage response = await call;
        Assert.Equal((false, true), (before, after));
    }

    [Fact]
    public async Task The_synchronous_send_works()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/auth/code")
        {
            Content = JsonContent.Create(new { userId = gateway.User.Id }),
        };

        using HttpResponseMessage response = gateway.Client.Send(request, Cancelled);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task The_response_names_its_request()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        using var request = new HttpRequestMessage(HttpMethod.Get, "v1/auth/idexists/x");

        using HttpResponseMessage response = await gateway.Client.SendAsync(request, Cancelled);

        Assert.Same(request, response.RequestMessage);
    }

    [Theory]
    [InlineData("https://elsewhere.test/", HttpRequestError.NameResolutionError)]
    [InlineData("https://gateway.sxt.test:8443/", HttpRequestError.ConnectionError)]
    [InlineData("http://gateway.sxt.test/", HttpRequestError.ConnectionError)]
    public async Task Another_origin_is_out_of_reach(string address, HttpRequestError expected)
    {
        await using TestGateway gateway = TestGateway.InMemory();

        var e = await Assert.ThrowsAsync<HttpRequestException>(
            () => gateway.Client.GetAsync(new Uri(address), Cancelled));

        Assert.Equal(expected, e.HttpRequestError);
        Assert.Empty(gateway.Calls.All);
    }

    [Fact]
    public async Task A_cancelled_call_does_not_reach_the_gateway()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        using var invoker = new HttpMessageInvoker(gateway.Emulator.CreateHandler());
        var uri = new Uri(gateway.Emulator.BaseAddress, "v1/auth/idexists/x");
        using var request = new HttpRequestMessage(HttpMethod.Get, uri);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => invoker.SendAsync(request, new CancellationToken(canceled: true)));

        Assert.Empty(gateway.Calls.All);
    }

    [Fact]
    public async Task A_stopped_gateway_drops_every_call()
    {
        TestGateway gateway = TestGateway.InMemory();
        string token = gateway.Emulator.IssueAccessToken(gateway.User.Id);
        await gateway.Emulator.DisposeAsync();

        var e = await Assert.ThrowsAsync<HttpRequestException>(() => gateway.Client.WorksAsync(token));

        Assert.Equal(HttpRequestError.ResponseEnded, e.HttpRequestError);
        await gateway.DisposeAsync();
    }

    [Fact]
    public async Task A_gateway_that_runs_over_http_is_reached_in_memory_too()
    {
        await using SxtGatewayEmulator emulator =
            await SxtGatewayEmulator.StartAsync(timeProvider: new FakeTimeProvider(), cancellationToken: Cancelled);
        using var client = new HttpClient(emulator.CreateHandler()) { BaseAddress = emulator.BaseAddress };
        string token = emulator.IssueAccessToken("visitor");

        Assert.True(await client.WorksAsync(token));
    }

    [Fact]
    public async Task Without_a_time_provider_the_gateway_keeps_the_systems_time()
    {
        await using var emulator = new SxtGatewayEmulator();
        using var client = new HttpClient(emulator.CreateHandler()) { BaseAddress = emulator.BaseAddress };
        DateTimeOffset before = TimeProvider.System.GetUtcNow();

        using HttpResponseMessage response = await client.FetchAsync("v1/auth/idexists/x");

        Assert.InRange(response.Headers.Date!.Value, before.AddSeconds(-1), TimeProvider.System.GetUtcNow());
    }
}
