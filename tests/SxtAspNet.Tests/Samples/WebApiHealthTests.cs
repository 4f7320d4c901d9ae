using System.Net;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using SxtAspNet.Testing;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Samples;

/// <summary>The sample's health as docs/health.md says it should be wired.</summary>
public partial class WebApiHealthTests
{
    [Fact]
    public async Task An_outage_of_the_gateway_shows_in_the_report_and_fails_no_probe()
    {
        await using var gateway = new SxtGatewayEmulator();
        gateway.InjectFault(SxtGatewayFault.Answer(400, "{}"));
        await using var factory = new WebApplicationFactory<Program>();
        await using var production = factory.WithWebHostBuilder(builder => builder
            .UseEnvironment("Production")
            .UseSetting("Sxt:UserId", TestApp.User)
            .UseSetting("Authentication:Schemes:SxtBearer:AllowedUsers:0", TestApp.User)
            .ConfigureTestServices(services => services.UseSxtGatewayEmulator(gateway)));
        using var client = production.CreateClient();
        using var blocks = await client.GetAsync(new Uri("/blocks", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, blocks.StatusCode);

        using var health = await client.GetAsync(new Uri("/health", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
        Assert.Equal("application/json", health.Content.Headers.ContentType?.MediaType);
        Assert.Contains("\"failureReason\":", await health.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);

        var probes = ProbePath().Matches(await File.ReadAllTextAsync(Docs(), TestContext.Current.CancellationToken)).Select(match => match.Groups[1].Value).Distinct().ToArray();
        Assert.Equal(["/health/live", "/health/ready"], probes.Order());
        foreach (var probe in probes)
        {
            using var answer = await client.GetAsync(new Uri(probe, UriKind.Relative), TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }
    }

    private static string Docs([CallerFilePath] string file = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(file)!, "..", "..", "..", "docs", "health.md"));

    [GeneratedRegex(@"httpGet: \{ path: (\S+), port")]
    private static partial Regex ProbePath();
}
