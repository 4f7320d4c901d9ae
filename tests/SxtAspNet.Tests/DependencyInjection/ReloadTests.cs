using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SxtAspNet.Inbound;
using SxtAspNet.Testing;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.DependencyInjection;

public class ReloadTests
{
    private readonly IConfigurationRoot _configuration = TestConfiguration.FromValues(("Sxt:UserId", TestApp.User));

    [Fact]
    public async Task A_changed_renewal_time_is_followed()
    {
        await using var app = CreateApp();
        await app.StartAsync();
        var before = app.Session.Status.RenewalDueAt;

        Change("RenewBefore", "00:10:00");

        Assert.Equal(before - TimeSpan.FromMinutes(5), app.Session.Status.RenewalDueAt);
        app.Pass(TimeSpan.FromMinutes(16));
        Assert.Equal(1, app.Refreshes);
    }

    [Fact]
    public async Task A_changed_list_of_keys_is_used_by_the_next_login()
    {
        var (old, next) = (new TestKeySource(), new TestKeySource());
        var files = new[] { Path.GetTempFileName(), Path.GetTempFileName() };
        await File.WriteAllTextAsync(files[0], Convert.ToHexString(old.Seed), TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(files[1], Convert.ToHexString(next.Seed), TestContext.Current.CancellationToken);
        try
        {
            _configuration["Sxt:Keys:0:File"] = files[0];
            await using var gateway = new SxtGatewayEmulator();
            gateway.AddUser(TestApp.User, old.PublicKey);
            var services = new ServiceCollection();
            services.AddSxt(_configuration.GetSection("Sxt"));
            services.PostConfigureAll<SxtOptions>(options =>
                (options.GatewayUrl, options.BackchannelHttpHandler) = (gateway.BaseAddress, gateway.CreateHandler()));
            await using var provider = services.BuildServiceProvider();
            var session = provider.GetRequiredService<ISxtSession>();
            await session.GetAccessTokenAsync(TestContext.Current.CancellationToken);
            gateway.RemoveKey(TestApp.User, old.PublicKey);
            gateway.AddUser(TestApp.User, next.PublicKey);

            Change("Keys:0:File", files[1]);
            await session.LogoutAsync(TestContext.Current.CancellationToken);
            await session.GetAccessTokenAsync(TestContext.Current.CancellationToken);

            Assert.Equal([200, 200], gateway.Calls.All.Where(call => call.Kind == SxtGatewayCallKind.Token).Select(call => call.Status));
        }
        finally
        {
            Array.ForEach(files, File.Delete);
        }
    }

    [Fact]
    public async Task An_invalid_change_keeps_the_last_valid_settings_and_is_logged()
    {
        await using var app = CreateApp();
        await app.StartAsync();
        var before = app.Session.Status.RenewalDueAt;

        Change("RenewBefore", "5");

        Assert.Equal(before, app.Session.Status.RenewalDueAt);
        var record = Assert.Single(app.Logs.GetSnapshot(), record => record.Id.Id == 1000);
        Assert.Equal(LogLevel.Error, record.Level);
        Assert.Contains("'Sxt:RenewBefore'", record.Message, StringComparison.Ordinal);
        using var response = await app.QueryAsync();
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A_change_that_repairs_an_invalid_one_is_followed()
    {
        await using var app = CreateApp();
        await app.StartAsync();
        var before = app.Session.Status.RenewalDueAt;

        Change("RenewBefore", "5");
        Change("RenewBefore", "00:06:00");

        Assert.Equal(before - TimeSpan.FromMinutes(1), app.Session.Status.RenewalDueAt);
    }

    [Theory]
    [InlineData("UserId", "another-service", 1001)]
    [InlineData("AllowedOrigins:0", "https://another.test", 1003)]
    public async Task A_change_of_who_and_where_is_logged_and_waits_for_a_restart(string setting, string value, int eventId)
    {
        await using var app = CreateApp();
        await app.StartAsync();
        app.Recorder.Answer = request => request.RequestUri!.Host == "another.test" ? Responses.Status(HttpStatusCode.OK) : null;

        Change(setting, value);
        await app.Session.LogoutAsync(TestContext.Current.CancellationToken);
        using var response = await app.QueryAsync();
        using var another = await app.CreateClient().GetAsync(new Uri("https://another.test/"), TestContext.Current.CancellationToken);

        var record = Assert.Single(app.Logs.GetSnapshot(), record => record.Id.Id == eventId);
        Assert.Equal(LogLevel.Warning, record.Level);
        Assert.Contains("'(default)'", record.Message, StringComparison.Ordinal);
        Assert.Equal(TestApp.User, app.Session.Status.UserId);
        Assert.All(app.Gateway.Calls.All, call => Assert.Equal(TestApp.User, call.UserId));
        Assert.Null(app.Recorder.Requests[^1].Authorization);
    }

    [Fact]
    public async Task Callers_tokens_go_to_the_gateway_that_the_app_itself_uses_until_a_restart()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<IConfiguration>(_configuration);
        services.AddSxt(_configuration.GetSection("Sxt")).AddKeySource(_ => new TestKeySource());
        services.AddAuthentication().AddSxtBearer(options => options.AllowAnyUser = true);
        await using var provider = services.BuildServiceProvider();
        provider.GetRequiredService<ISxtSession>();

        Change("GatewayUrl", "https://another.test");

        var gateway = provider.GetRequiredKeyedService<CallerGateway>(provider.GetRequiredService<SxtAspNet.DependencyInjection.BearerRegistration>());
        Assert.Equal(new Uri(SxtDefaults.GatewayUrl), gateway.Url);
    }

    [Fact]
    public async Task A_failure_after_a_change_of_the_user_names_the_user_that_is_logged_in()
    {
        var key = new TestKeySource();
        await using var app = new TestApp(services: services =>
        {
            services.AddSxt(_configuration.GetSection("Sxt"));
            services.UseKeys(key);
        });
        await app.StartAsync();

        Change("UserId", "another-service");
        app.Pass(TimeSpan.FromMinutes(1));
        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(() => app.QueryAsync());

        Assert.Contains($"user '{TestApp.User}'", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("another-service", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UserId", "another-service")]
    [InlineData("ProxyUrl", "https://another.test")]
    public async Task Keys_that_change_with_the_user_or_the_gateway_wait_for_the_restart_too(string setting, string value)
    {
        var (old, next) = (new TestKeySource("old"), new TestKeySource("next"));
        var keys = new[] { old };
        await using var app = new TestApp(
            services: services =>
            {
                services.AddSxt(_configuration.GetSection("Sxt"));
                services.PostConfigureAll<SxtOptions>(options =>
                {
                    options.Keys.Clear();
                    options.Keys.Add(new() { Source = keys[0] });
                });
            },
            key: old);
        await app.StartAsync();

        keys[0] = next;
        Change(setting, value);
        await app.Session.LogoutAsync(TestContext.Current.CancellationToken);
        await app.Session.GetAccessTokenAsync(TestContext.Current.CancellationToken);

        Assert.Equal((2, 0), (app.Logins, next.Openings));
        Assert.Contains(
            "none of the changes is used before a restart",
            Assert.Single(app.Logs.GetSnapshot(), record => record.Id.Id == 1001).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_changed_origin_waits_for_a_restart_and_holds_up_no_other_setting()
    {
        await using var app = CreateApp();
        await app.StartAsync();
        var before = app.Session.Status.RenewalDueAt;

        _configuration["Sxt:AllowedOrigins:0"] = "https://another.test";
        Change("RenewBefore", "00:10:00");

        Assert.Equal(before - TimeSpan.FromMinutes(5), app.Session.Status.RenewalDueAt);
    }

    private TestApp CreateApp() => new(services: services => services.AddSxt(_configuration.GetSection("Sxt")));

    private void Change(string setting, string value)
    {
        _configuration[$"Sxt:{setting}"] = value;
        _configuration.Reload();
    }
}
