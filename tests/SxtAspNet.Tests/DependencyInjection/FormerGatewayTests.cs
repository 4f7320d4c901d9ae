using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using SxtAspNet.Inbound;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.DependencyInjection;

public class FormerGatewayTests
{
    [Theory]
    [InlineData("https://api.spaceandtime.app")]
    [InlineData("https://API.spaceandtime.app:443/v1/")]
    public void The_former_address_is_warned_about_with_the_one_of_today(string url)
    {
        using var provider = Build(services => services.AddSxt(options => Configure(options, url)));

        provider.GetRequiredService<ISxtSession>();

        var warning = Assert.Single(Warnings(provider));
        Assert.Equal(LogLevel.Warning, warning.Level);
        Assert.Contains("https://api.makeinfinite.dev", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void It_is_said_once_for_all_identities_and_schemes()
    {
        const string url = "https://api.spaceandtime.app";
        using var provider = Build(services =>
        {
            services.AddSxt(options => Configure(options, url));
            services.AddSxt("reports", options => Configure(options, url));
            AddBearer(services, url);
        });

        provider.GetRequiredService<ISxtSession>();
        provider.GetRequiredKeyedService<ISxtSession>("reports");
        GetCallerGateway(provider);

        Assert.Single(Warnings(provider));
    }

    [Fact]
    public void A_scheme_of_its_own_is_warned_about_too()
    {
        using var provider = Build(services => AddBearer(services, "https://api.spaceandtime.app"));

        GetCallerGateway(provider);

        Assert.Single(Warnings(provider));
    }

    [Theory]
    [InlineData("https://api.makeinfinite.dev")]
    [InlineData("https://gateway.test")]
    [InlineData(null)]
    public void Other_addresses_are_not_remarked_on(string? url)
    {
        using var provider = Build(services => services.AddSxt(options => Configure(options, url)));

        provider.GetRequiredService<ISxtSession>();

        Assert.Empty(Warnings(provider));
    }

    private static void Configure(SxtOptions options, string? url)
    {
        options.UserId = TestApp.User;
        options.Keys.Add(new SxtKeyOptions { Source = new TestKeySource() });
        if (url is not null)
        {
            options.GatewayUrl = new Uri(url);
        }
    }

    private static void AddBearer(IServiceCollection services, string url)
    {
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
        services.AddAuthentication().AddSxtBearer(options => (options.AllowAnyUser, options.GatewayUrl) = (true, new Uri(url)));
    }

    private static void GetCallerGateway(IServiceProvider provider) =>
        provider.GetRequiredKeyedService<CallerGateway>(provider.GetRequiredService<SxtAspNet.DependencyInjection.BearerRegistration>());

    private static ServiceProvider Build(Action<IServiceCollection> register)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.AddFakeLogging());
        register(services);
        return services.BuildServiceProvider();
    }

    private static IEnumerable<FakeLogRecord> Warnings(IServiceProvider provider) =>
        provider.GetFakeLogCollector().GetSnapshot().Where(record => record.Id.Id == 1002);
}
