using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using SxtAspNet.Testing;

namespace SxtAspNet.Tests.DependencyInjection;

public class HostTests
{
    [Theory]
    [InlineData("Background")]
    [InlineData("Required")]
    [InlineData("OnDemand")]
    public async Task Invalid_settings_fail_the_start_before_any_network(string loginAtStartup)
    {
        await using var gateway = new SxtGatewayEmulator();
        using var host = CreateHost(gateway, ("Sxt:UserId", "orders-service"), ("Sxt:RenewBefore", "5"), ("Sxt:LoginAtStartup", loginAtStartup));

        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync(TestContext.Current.CancellationToken));

        Assert.Contains("'Sxt:RenewBefore'", failure.Message, StringComparison.Ordinal);
        Assert.Empty(gateway.Calls.All);
    }

    [Fact]
    public async Task A_required_login_is_done_when_the_start_is()
    {
        await using var gateway = new SxtGatewayEmulator();
        using var host = CreateHost(gateway, ("Sxt:UserId", "orders-service"), ("Sxt:LoginAtStartup", "Required"));

        await host.StartAsync(TestContext.Current.CancellationToken);

        Assert.Equal(SxtSessionState.Active, host.Services.GetRequiredService<ISxtSession>().Status.State);
        await host.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, gateway.Calls.Count(SxtGatewayCallKind.Logout));
    }

    [Fact]
    public async Task The_session_is_ready_for_the_apps_own_hosted_services()
    {
        await using var gateway = new SxtGatewayEmulator();
        var observer = new Observer();
        using var host = CreateHost(
            gateway,
            builder => builder.Services.AddHostedService(provider =>
            {
                observer.Session = provider.GetRequiredService<ISxtSession>();
                return observer;
            }),
            ("Sxt:UserId", "orders-service"),
            ("Sxt:LoginAtStartup", "Required"));

        await host.StartAsync(TestContext.Current.CancellationToken);

        Assert.Equal(SxtSessionState.Active, observer.StateAtStart);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    private static IHost CreateHost(SxtGatewayEmulator gateway, params (string Key, string? Value)[] settings) =>
        CreateHost(gateway, _ => { }, settings);

    private static IHost CreateHost(
        SxtGatewayEmulator gateway, Action<HostApplicationBuilder> configure, params (string Key, string? Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Configuration.AddInMemoryCollection(settings.Select(pair => KeyValuePair.Create(pair.Key, pair.Value)));
        configure(builder);
        builder.Services.AddSxt(builder.Configuration.GetSection("Sxt"));
        builder.Services.UseSxtGatewayEmulator(gateway);
        return builder.Build();
    }

    private sealed class Observer : IHostedService
    {
        public ISxtSession? Session { get; set; }

        public SxtSessionState? StateAtStart { get; private set; }

        public Task StartAsync(CancellationToken cancellationToken)
        {
            StateAtStart = Session!.Status.State;
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
