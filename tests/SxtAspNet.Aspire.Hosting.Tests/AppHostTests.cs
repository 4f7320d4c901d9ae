using System.Text.Json;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using SxtAspNet.Testing;

namespace SxtAspNet.Aspire.Hosting.Tests;

/// <summary>samples/AppHost as it runs. That it leaves nothing behind is held where it ends, in RunningAppHost.</summary>
public class AppHostTests(RunningAppHost host)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string> Instances => [.. RunningAppHost.Instances];

    [Theory]
    [MemberData(nameof(Instances))]
    public async Task Each_instance_calls_the_gateway_with_the_shared_session(string instance)
    {
        using var client = host.App.CreateHttpClient(instance);

        var blocks = JsonDocument.Parse(await client.GetStringAsync("/blocks", Cancellation));
        var session = JsonDocument.Parse(await client.GetStringAsync("/session", Cancellation)).RootElement;

        Assert.NotEqual(0, blocks.RootElement.GetArrayLength());
        Assert.Contains(session.GetProperty("mode").GetString(), (string[])["Owner", "Shared"]);
        Assert.Equal(1, host.Gateway.Calls.Count(SxtGatewayCallKind.Token));
    }

    [Theory]
    [InlineData("traces", "sxt renewal")]
    [InlineData("traces", "GET /blocks")]
    [InlineData("metrics", "sxt.session.renewal.duration")]
    [InlineData("logs", "SxtAspNet")]
    public async Task The_instances_export_their_telemetry(string signal, string text)
    {
        using var client = host.App.CreateHttpClient(RunningAppHost.Instances[0]);
        await client.GetStringAsync("/blocks", Cancellation);

        await host.Telemetry.WaitForAsync(signal, text, Cancellation);
    }

    [Fact]
    public async Task A_command_of_the_dashboard_makes_the_emulator_fail()
    {
        var commands = host.App.Services.GetRequiredService<ResourceCommandService>();
        using var client = new HttpClient { BaseAddress = host.Gateway.BaseAddress };

        Assert.True((await commands.ExecuteCommandAsync("sxt", "fail", Cancellation)).Success);
        using var failed = await client.GetAsync("v1/auth/idexists/aspire", Cancellation);
        Assert.True((await commands.ExecuteCommandAsync("sxt", "recover", Cancellation)).Success);
        using var recovered = await client.GetAsync("v1/auth/idexists/aspire", Cancellation);

        Assert.Equal(503, (int)failed.StatusCode);
        Assert.Equal(200, (int)recovered.StatusCode);
    }
}
