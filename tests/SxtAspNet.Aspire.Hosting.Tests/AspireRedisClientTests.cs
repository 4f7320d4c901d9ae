using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace SxtAspNet.Aspire.Hosting.Tests;

/// <summary>AddRedis() in an app that has its connection from Aspire's client integration, with the settings that an instance gets.</summary>
public class AspireRedisClientTests(RunningAppHost host)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public Task AddRedisClient_is_found() => ShareAsync(static builder =>
    {
        builder.AddRedisClient("redis");
        AddSxt(builder).AddRedis();
    });

    [Fact]
    public Task AddKeyedRedisClient_is_found() => ShareAsync(static builder =>
    {
        builder.AddKeyedRedisClient("redis");
        AddSxt(builder).AddRedis();
    });

    [Fact]
    public Task One_of_several_keyed_clients_is_chosen_by_its_key() => ShareAsync(static builder =>
    {
        builder.Configuration["ConnectionStrings:elsewhere"] = "127.0.0.1:1,abortConnect=false";
        builder.AddKeyedRedisClient("elsewhere");
        builder.AddKeyedRedisClient("redis");
        AddSxt(builder).AddRedis(redis => redis.ServiceKey = "redis");
    });

    [Theory]
    [InlineData("ApiKey", "sxt_00000000")]
    [InlineData("Password", "of the app's own key file")]
    [InlineData("PasswordFile", "/run/secrets/sxt.password")]
    public Task A_key_of_the_apps_own_does_not_disturb(string member, string value) => ShareAsync(builder =>
    {
        builder.Configuration.Sources.Insert(0, new Microsoft.Extensions.Configuration.Memory.MemoryConfigurationSource
        {
            InitialData = [new($"Sxt:Keys:0:{member}", value)],
        });
        builder.AddRedisClient("redis");
        AddSxt(builder).AddRedis();
    });

    [Fact]
    public void Several_keyed_clients_want_a_choice() => Refuses(
        "the app has several IConnectionMultiplexers; set ServiceKey to one of 'first', 'second'.",
        builder =>
        {
            builder.AddKeyedRedisClient("first");
            builder.AddKeyedRedisClient("second");
            AddSxt(builder).AddRedis();
        });

    [Fact]
    public void A_key_that_nobody_registered_is_refused() => Refuses(
        "ServiceKey is 'frist', but no IConnectionMultiplexer is registered under that key; there are 'first'.",
        builder =>
        {
            builder.AddKeyedRedisClient("first");
            AddSxt(builder).AddRedis(redis => redis.ServiceKey = "frist");
        });

    private static SxtBuilder AddSxt(HostApplicationBuilder builder) => builder.Services.AddSxt(builder.Configuration.GetSection("Sxt"));

    private static void Refuses(string problem, Action<HostApplicationBuilder> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new("ConnectionStrings:first", "127.0.0.1:1"), new("ConnectionStrings:second", "127.0.0.1:2")]);
        configure(builder);
        using var app = builder.Build();

        var refusal = Assert.Throws<OptionsValidationException>(
            () => app.Services.GetRequiredService<IOptions<Redis.SxtRedisOptions>>().Value);

        Assert.Contains(problem, refusal.Message, StringComparison.Ordinal);
    }

    /// <summary>Adds an instance to the running farm, which then uses the farm's session.</summary>
    private async Task ShareAsync(Action<HostApplicationBuilder> configure)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(await host.GetSettingsAsync(RunningAppHost.Instances[0]));
        configure(builder);
        builder.Logging.ClearProviders();
        using var app = builder.Build();
        await app.StartAsync(Cancellation);

        var session = app.Services.GetRequiredService<ISxtSession>();
        await session.GetAccessTokenAsync(Cancellation);

        Assert.Equal(SxtSessionMode.Shared, session.Status.Mode);
        await app.StopAsync(Cancellation);
    }
}
