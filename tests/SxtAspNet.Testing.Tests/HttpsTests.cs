using System.Security.Authentication;

namespace SxtAspNet.Testing.Tests;

public sealed class HttpsTests
{
    [Fact]
    public async Task A_client_that_trusts_the_certificate_logs_in_over_https()
    {
        await using TestGateway gateway = await TestGateway.StartAsync(Front.Https);

        SessionJson session = await gateway.Client.LoginAsync(gateway.User);

        Assert.Equal("https", gateway.Emulator.BaseAddress.Scheme);
        Assert.True(await gateway.Client.WorksAsync(session.AccessToken));
    }

    [Fact]
    public async Task The_certificate_is_handed_out_without_its_private_key()
    {
        await using SxtGatewayEmulator https = await SxtGatewayEmulator.StartHttpsAsync(cancellationToken: TestContext.Current.CancellationToken);
        await using SxtGatewayEmulator http = await SxtGatewayEmulator.StartAsync(cancellationToken: TestContext.Current.CancellationToken);

        Assert.False(https.Certificate!.HasPrivateKey);
        Assert.Null(http.Certificate);
    }

    [Theory]
    [InlineData(SxtGatewayCertificate.Expired, "NotTimeValid")]
    [InlineData(SxtGatewayCertificate.OtherName, "RemoteCertificateNameMismatch")]
    public async Task A_certificate_that_is_not_right_is_refused_for_that_reason_alone(SxtGatewayCertificate kind, string problem)
    {
        await using SxtGatewayEmulator gateway =
            await SxtGatewayEmulator.StartHttpsAsync(kind, cancellationToken: TestContext.Current.CancellationToken);
        using var client = new HttpClient(TestGateway.Trusting(gateway)) { BaseAddress = gateway.BaseAddress };

        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => client.FetchAsync("v1/auth/idexists/nobody"));

        Assert.Contains(problem, Assert.IsType<AuthenticationException>(failure.InnerException).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_client_that_was_not_told_to_trust_the_certificate_refuses_it()
    {
        await using SxtGatewayEmulator gateway =
            await SxtGatewayEmulator.StartHttpsAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var client = new HttpClient { BaseAddress = gateway.BaseAddress };

        var failure = await Assert.ThrowsAsync<HttpRequestException>(() => client.FetchAsync("v1/auth/idexists/nobody"));

        Assert.Contains("UntrustedRoot", Assert.IsType<AuthenticationException>(failure.InnerException).Message, StringComparison.Ordinal);
        Assert.Equal(HttpRequestError.SecureConnectionError, failure.HttpRequestError);
    }
}
