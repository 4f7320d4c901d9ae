using System.Security.Authentication;
using Microsoft.Extensions.DependencyInjection;

namespace SxtAspNet.Testing.Tests;

/// <summary>An app that is pointed at an emulator over https.</summary>
public sealed class AppOverHttpsTests
{
    private const string Plain = "plain";
    private const string WithToken = "with token";

    [Fact]
    public async Task An_app_trusts_the_emulator_and_so_do_its_clients()
    {
        await using SxtGatewayEmulator gateway =
            await SxtGatewayEmulator.StartHttpsAsync(cancellationToken: TestContext.Current.CancellationToken);
        await using ServiceProvider app = CreateApp(gateway);

        using HttpClient client = app.GetRequiredService<IHttpClientFactory>().CreateClient(WithToken);
        using HttpResponseMessage response = await client.FetchAsync("v1/auth/validtoken");

        Assert.True(response.IsSuccessStatusCode);
        Assert.Equal(1, gateway.Calls.Count(SxtGatewayCallKind.Token));
    }

    [Theory]
    [InlineData(SxtGatewayCertificate.Expired, "NotTimeValid")]
    [InlineData(SxtGatewayCertificate.OtherName, "RemoteCertificateNameMismatch")]
    public async Task A_certificate_that_is_not_right_is_refused_by_the_app_and_by_its_clients(SxtGatewayCertificate kind, string problem)
    {
        await using SxtGatewayEmulator gateway =
            await SxtGatewayEmulator.StartHttpsAsync(kind, cancellationToken: TestContext.Current.CancellationToken);
        await using ServiceProvider app = CreateApp(gateway);

        var login = await Assert.ThrowsAsync<SxtAuthenticationException>(
            async () => await app.GetRequiredService<ISxtSession>().GetAccessTokenAsync(TestContext.Current.CancellationToken));
        using HttpClient client = app.GetRequiredService<IHttpClientFactory>().CreateClient(Plain);
        var call = await Assert.ThrowsAsync<HttpRequestException>(() => client.FetchAsync($"{SxtDefaults.GatewayUrl}/v1/auth/idexists/nobody"));

        Assert.Contains(problem, login.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("UntrustedRoot", login.ToString(), StringComparison.Ordinal);
        Assert.Contains(problem, Assert.IsType<AuthenticationException>(call.InnerException).Message, StringComparison.Ordinal);
    }

    private static ServiceProvider CreateApp(SxtGatewayEmulator gateway)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSxt(static options => options.AcquireTimeout = TimeSpan.FromSeconds(2));
        services.AddHttpClient(WithToken).AddSxtTokenHandler();
        services.AddHttpClient(Plain);
        services.UseSxtGatewayEmulator(gateway);
        return services.BuildServiceProvider();
    }
}
