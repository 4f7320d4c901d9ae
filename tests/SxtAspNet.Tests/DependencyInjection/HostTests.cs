using System.Globalization;
using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using SxtAspNet.DependencyInjection;
using SxtAspNet.Testing;
using SxtAspNet.Tests.Infrastructure;

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
    public async Task Under_the_emulator_no_setting_is_needed_and_no_redis()
    {
        await using var gateway = new SxtGatewayEmulator();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSxt(builder.Configuration.GetSection("Sxt")).AddRedis(redis => redis.ConnectionStringName = "redis");
        builder.Services.AddSxt("cache", builder.Configuration.GetSection("Other")).AddDistributedSession();
        builder.Services.UseSxtGatewayEmulator(gateway);
        using var host = builder.Build();

        await host.StartAsync(TestContext.Current.CancellationToken);
        await host.Services.GetRequiredService<ISxtSession>().GetAccessTokenAsync(TestContext.Current.CancellationToken);

        Assert.Equal(SxtSessionState.Active, host.Services.GetRequiredService<ISxtSession>().Status.State);
        await host.StopAsync(TestContext.Current.CancellationToken);
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
    public async Task A_host_that_knows_only_start_and_stop_logs_in_before_its_start_has_ended()
    {
        await using var gateway = new SxtGatewayEmulator();
        using var host = CreateHost(gateway, ("Sxt:UserId", "orders-service"), ("Sxt:LoginAtStartup", "Required"));

        await StartupOf(host).StartAsync(TestContext.Current.CancellationToken);

        Assert.Equal(SxtSessionState.Active, host.Services.GetRequiredService<ISxtSession>().Status.State);
    }

    [Fact]
    public async Task A_host_that_knows_only_start_and_stop_lets_a_renewal_end()
    {
        var time = new FakeTimeProvider();
        using var host = CreateSilentHost(time, "00:10:00", out var gateway);
        using var answerBeforeDisposal = gateway;
        await StartupOf(host).StartAsync(TestContext.Current.CancellationToken);
        await gateway.Called.WaitAsync(TestContext.Current.CancellationToken);

        var stopping = StartupOf(host).StopAsync(TestContext.Current.CancellationToken);

        Assert.False(stopping.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(5));
        await stopping.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
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

    [Theory]
    [InlineData("00:00:01")]
    [InlineData("00:10:00")]
    public async Task A_gateway_that_is_silent_does_not_spoil_the_stop_of_the_app(string acquireTimeout)
    {
        var time = new FakeTimeProvider();
        using var host = CreateSilentHost(time, acquireTimeout, out var gateway);
        using var answerBeforeDisposal = gateway;
        await host.StartAsync(TestContext.Current.CancellationToken);
        await gateway.Called.WaitAsync(TestContext.Current.CancellationToken);

        var stopping = host.StopAsync(TestContext.Current.CancellationToken);
        Assert.False(stopping.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(5));

        await stopping.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.Contains(host.Services.GetFakeLogCollector().GetSnapshot(), record => record.Id.Id == 1112 && record.Level == LogLevel.Warning);
    }

    [Fact]
    public async Task A_host_that_has_no_more_time_stops_without_an_error()
    {
        using var host = CreateSilentHost(new FakeTimeProvider(), "00:10:00", out var gateway);
        using var answerBeforeDisposal = gateway;
        await host.StartAsync(TestContext.Current.CancellationToken);
        await gateway.Called.WaitAsync(TestContext.Current.CancellationToken);

        await host.StopAsync(new CancellationToken(canceled: true)).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        Assert.Contains(host.Services.GetFakeLogCollector().GetSnapshot(), record => record.Id.Id == 1112);
    }

    private static SxtStartup StartupOf(IHost host) => host.Services.GetServices<IHostedService>().OfType<SxtStartup>().Single();

    private static IHost CreateSilentHost(FakeTimeProvider time, string acquireTimeout, out SilentGateway gateway)
    {
        var silent = gateway = new SilentGateway();
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddFakeLogging();
        builder.Services.AddSxt(options =>
        {
            options.UserId = "orders-service";
            options.AcquireTimeout = TimeSpan.Parse(acquireTimeout, CultureInfo.InvariantCulture);
            options.BackchannelHttpHandler = silent;
            options.Keys.Add(new() { Source = new TestKeySource() });
        });
        return builder.Build();
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

    /// <summary>Takes each call and answers none before it is disposed; then it refuses.</summary>
    private sealed class SilentGateway : HttpMessageHandler
    {
        private readonly TaskCompletionSource _called = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Called => _called.Task;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            _called.TrySetResult();
            await _answered.Task.WaitAsync(cancellationToken);
            return new HttpResponseMessage(HttpStatusCode.BadRequest);
        }

        protected override void Dispose(bool disposing)
        {
            _answered.TrySetResult();
            base.Dispose(disposing);
        }
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
