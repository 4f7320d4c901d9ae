using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SxtAspNet.Gateway;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.DependencyInjection;

/// <summary>Whom to log in as may be left to API keys, and to nothing else.</summary>
public class UserIdTests
{
    private const string ApiKey = "sxt_0123456789abcdefghijklmnop";

    [Fact]
    public async Task An_app_with_api_keys_alone_starts_without_a_user()
    {
        await using var app = WithoutUser(options => options.Keys.Add(new() { ApiKey = ApiKey }));
        app.Gateway.AddApiKey(TestApp.User, ApiKey);

        await app.StartAsync();

        Assert.Equal(SxtSessionState.Active, app.Session.Status.State);
    }

    [Fact]
    public async Task A_signing_key_without_a_user_fails_the_start_with_what_to_do()
    {
        await using var app = WithoutUser(options =>
        {
            options.Keys.Add(new() { ApiKey = ApiKey });
            options.Keys.Add(new() { Source = new TestKeySource("the key in the safe") });
        });

        var failure = await Assert.ThrowsAsync<OptionsValidationException>(app.StartAsync);

        Assert.Contains(
            "UserId is missing; set it to the Space and Time user id to log in as: the key in the safe is a signing key",
            failure.Message,
            StringComparison.Ordinal);
        Assert.Empty(app.Gateway.Calls.All);
    }

    [Fact]
    public async Task Keys_that_can_not_be_opened_at_the_start_do_not_fail_it()
    {
        var broken = new TestKeySource("broken key");
        broken.Fail();
        await using var app = WithoutUser(options =>
        {
            options.Keys.Add(new() { Source = broken });
            options.Keys.Add(new() { ApiKey = ApiKey });
        });
        app.Gateway.AddApiKey(TestApp.User, ApiKey);

        await app.StartAsync();

        Assert.Equal(SxtSessionState.Active, app.Session.Status.State);
    }

    [Fact]
    public async Task Keys_that_hang_hold_the_start_up_for_one_key_timeout()
    {
        var hanging = new TestKeySource("hanging key") { Opening = _ => new(new TaskCompletionSource<SxtCredential>().Task) };
        var alsoHanging = new TestKeySource("another one") { Opening = hanging.Opening };
        await using var app = WithoutUser(options =>
        {
            options.LoginAtStartup = SxtLoginAtStartup.OnDemand;
            options.Keys.Add(new() { Source = hanging });
            options.Keys.Add(new() { Source = alsoHanging });
        });

        var starting = app.StartAsync();
        app.Pass(TimeSpan.FromSeconds(9));
        Assert.False(starting.IsCompleted);
        app.Pass(TimeSpan.FromSeconds(1));

        await starting;
        Assert.Equal((1, 1), (hanging.Openings, alsoHanging.Openings));
    }

    [Fact]
    public async Task With_a_user_no_key_is_opened_for_the_start()
    {
        var source = new TestKeySource();
        await using var app = new TestApp(
            options => options.LoginAtStartup = SxtLoginAtStartup.OnDemand, services => services.UseKeys(source));

        await app.StartAsync();

        Assert.Equal(0, source.Openings);
    }

    [Fact]
    public async Task Two_identities_without_a_user_never_use_each_others_session()
    {
        const string other = "sxt_ponmlkjihgfedcba9876543210";
        await using var app = new TestApp(services: services =>
        {
            services.AddSxt("reports", _ => { });
            services.PostConfigureAll<SxtOptions>(options =>
            {
                options.UserId = "";
                options.Keys.Clear();
            });
            services.PostConfigure<SxtOptions>("", options => options.Keys.Add(new() { ApiKey = ApiKey }));
            services.PostConfigure<SxtOptions>("reports", options => options.Keys.Add(new() { ApiKey = other }));
        });
        app.Gateway.AddApiKey(TestApp.User, ApiKey);
        app.Gateway.AddApiKey("reporting", other);
        await app.StartAsync();
        var reports = app.Services.GetRequiredKeyedService<ISxtSession>("reports");

        for (var minutes = 0; minutes < 50; minutes += 5)
        {
            Assert.Equal(TestApp.User, await UserOfTokenAsync(app.Session));
            Assert.Equal("reporting", await UserOfTokenAsync(reports));
            app.Pass(TimeSpan.FromMinutes(5));
        }

        Assert.Equal((TestApp.User, "reporting"), (app.Session.Status.UserId, reports.Status.UserId));
    }

    private static async Task<string?> UserOfTokenAsync(ISxtSession session)
    {
        var token = await session.GetAccessTokenAsync(TestContext.Current.CancellationToken);
        return TokenParts.Read(token.GetValue())?.Payload.User;
    }

    private static TestApp WithoutUser(Action<SxtOptions> configure) => new(services: services =>
        services.PostConfigureAll<SxtOptions>(options =>
        {
            options.UserId = "";
            options.Keys.Clear();
            configure(options);
        }));
}
