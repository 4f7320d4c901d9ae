using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using SxtAspNet.DependencyInjection;
using SxtAspNet.Testing;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.DependencyInjection;

public class RegistrationTests
{
    private static readonly TestKeySource Key = new();

    [Fact]
    public void The_default_identitys_session_is_there_with_and_without_a_key()
    {
        using var provider = Build(services => services.AddSxt(Configure));

        Assert.Same(provider.GetRequiredKeyedService<ISxtSession>(""), provider.GetRequiredService<ISxtSession>());
    }

    [Fact]
    public void A_named_identitys_session_is_there_under_its_name_only()
    {
        using var provider = Build(services => services.AddSxt("reports", Configure));

        Assert.NotNull(provider.GetKeyedService<ISxtSession>("reports"));
        Assert.Null(provider.GetService<ISxtSession>());
        Assert.Null(provider.GetKeyedService<ISxtSession>("other"));
    }

    [Fact]
    public async Task Each_identity_sends_its_own_users_token()
    {
        await using var app = new TestApp(services: services =>
        {
            services.AddSxt("reports", options => options.UserId = "reports-service");
            services.AddHttpClient("reports").AddSxtTokenHandler("reports");
        });

        using var first = await app.QueryAsync();
        using var second = await app.QueryAsync(app.CreateClient("reports"));

        var queries = app.Gateway.Calls.All.Where(call => call.Kind == SxtGatewayCallKind.Sql);
        Assert.Equal([TestApp.User, "reports-service"], queries.Select(call => call.UserId));
    }

    [Fact]
    public async Task The_session_of_one_identity_does_not_renew_that_of_another()
    {
        await using var app = new TestApp(services: services =>
            services.AddSxt("reports", options => options.UserId = "reports-service"));

        await app.Session.GetAccessTokenAsync(TestContext.Current.CancellationToken);

        Assert.Equal(SxtSessionState.NotStarted, app.Services.GetRequiredKeyedService<ISxtSession>("reports").Status.State);
    }

    [Fact]
    public void A_second_registration_adds_to_the_settings_of_the_first()
    {
        using var provider = Build(services =>
        {
            services.AddSxt(Configure);
            services.AddSxt(options => options.RenewBefore = TimeSpan.FromMinutes(7));
        });

        var options = provider.GetRequiredService<IOptionsMonitor<SxtOptions>>().CurrentValue;
        Assert.Equal("orders-service", options.UserId);
        Assert.Equal(TimeSpan.FromMinutes(7), options.RenewBefore);
    }

    [Fact]
    public void A_second_registration_doubles_neither_keys_nor_origins()
    {
        var configuration = TestConfiguration.FromJson(
            """
            { "Sxt": { "UserId": "orders-service", "AllowedOrigins": [ "https://api.test" ],
                "Keys": [ { "File": "/run/secrets/a.pem" }, { "File": "/run/secrets/b.pem" } ] } }
            """);
        using var provider = Build(services =>
        {
            services.AddSxt(configuration.GetSection("Sxt"));
            services.AddSxt(configuration.GetSection("Sxt"));
        });

        var options = provider.GetRequiredService<IOptionsMonitor<SxtOptions>>().CurrentValue;
        Assert.Equal(["/run/secrets/a.pem", "/run/secrets/b.pem"], options.Keys.Select(key => key.File));
        Assert.Equal([new Uri("https://api.test")], options.AllowedOrigins);
    }

    [Fact]
    public void A_second_registration_doubles_neither_services_nor_startups()
    {
        using var provider = Build(services =>
        {
            services.AddSxt(Configure);
            services.AddSxt(Configure);
            services.AddSxt("reports", Configure);
        });

        Assert.Single(provider.GetServices<IHostedService>().OfType<SxtStartup>());
        Assert.Single(provider.GetKeyedServices<ISxtSession>(""));
        Assert.Single(provider.GetServices<ISxtSession>());
        Assert.Single(provider.GetKeyedServices<ISxtSession>("reports"));
    }

    [Fact]
    public void Each_of_two_registrations_returns_a_builder_of_the_same_identity()
    {
        var services = new ServiceCollection();

        var first = services.AddSxt("reports", Configure);
        var second = services.AddSxt("reports", Configure);

        Assert.Equal("reports", first.Name);
        Assert.Equal("reports", second.Name);
        Assert.Same(services, second.Services);
    }

    [Fact]
    public void Registering_reads_no_configuration()
    {
        var services = new ServiceCollection();

        services.AddSxt(new UnreadableConfiguration());
        services.AddSxt("reports", new UnreadableConfiguration());
        services.AddHttpClient("api").AddSxtTokenHandler();
        services.AddHealthChecks().AddSxt();

        // The double does throw when it is read, so what comes above shows something.
        using var provider = services.BuildServiceProvider();
        Assert.Throws<InvalidOperationException>(() => provider.GetRequiredService<IOptionsMonitor<SxtOptions>>());
    }

    [Fact]
    public void Creating_a_client_and_a_session_opens_no_key_and_asks_no_gateway()
    {
        var key = new TestKeySource();
        using var gateway = new UntouchedHandler();
        using var provider = Build(services =>
        {
            services.AddSxt(options =>
            {
                options.UserId = "orders-service";
                options.Keys.Add(new() { Source = key });
                options.BackchannelHttpHandler = gateway;
            });
            services.AddHttpClient("api").AddSxtTokenHandler();
        });

        provider.GetRequiredService<IHttpClientFactory>().CreateClient("api").Dispose();
        var status = provider.GetRequiredService<ISxtSession>().Status;

        Assert.Equal(SxtSessionState.NotStarted, status.State);
        Assert.Equal(0, key.Openings);
        Assert.Equal(0, gateway.Calls);
    }

    [Fact]
    public void A_handler_of_an_unregistered_identity_says_what_to_call()
    {
        using var provider = Build(services =>
        {
            services.AddSxt(Configure);
            services.AddHttpClient("api").AddSxtTokenHandler("reports");
        });

        var failure = Assert.Throws<InvalidOperationException>(() =>
            provider.GetRequiredService<IHttpClientFactory>().CreateClient("api"));

        Assert.Contains("services.AddSxt(\"reports\", ...)", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_handler_without_any_identity_says_what_to_call()
    {
        using var provider = Build(services => services.AddHttpClient("api").AddSxtTokenHandler());

        var failure = Assert.Throws<InvalidOperationException>(() =>
            provider.GetRequiredService<IHttpClientFactory>().CreateClient("api"));

        Assert.Contains("services.AddSxt(...)", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_clients_base_address_defaults_to_the_gateway()
    {
        using var provider = Build(services =>
        {
            services.AddSxt(Configure);
            services.AddHttpClient("api").AddSxtTokenHandler();
        });

        using var client = provider.GetRequiredService<IHttpClientFactory>().CreateClient("api");

        Assert.Equal(new Uri("https://api.makeinfinite.dev/"), client.BaseAddress);
    }

    [Fact]
    public void A_clients_own_base_address_is_kept()
    {
        using var provider = Build(services =>
        {
            services.AddSxt(Configure);
            services.AddHttpClient("before", client => client.BaseAddress = new Uri("https://a.test/")).AddSxtTokenHandler();
            services.AddHttpClient("after").AddSxtTokenHandler()
                .ConfigureHttpClient(client => client.BaseAddress = new Uri("https://b.test/"));
        });
        var clients = provider.GetRequiredService<IHttpClientFactory>();

        using var before = clients.CreateClient("before");
        using var after = clients.CreateClient("after");

        Assert.Equal(new Uri("https://a.test/"), before.BaseAddress);
        Assert.Equal(new Uri("https://b.test/"), after.BaseAddress);
    }

    [Fact]
    public void The_path_of_a_gateway_behind_a_proxy_is_kept_by_relative_requests()
    {
        using var provider = Build(services =>
        {
            services.AddSxt(options =>
            {
                Configure(options);
                options.GatewayUrl = new Uri("https://proxy.test/sxt");
            });
            services.AddHttpClient("api").AddSxtTokenHandler();
        });

        using var client = provider.GetRequiredService<IHttpClientFactory>().CreateClient("api");

        Assert.Equal(new Uri("https://proxy.test/sxt/v1/sql"), new Uri(client.BaseAddress!, "v1/sql"));
    }

    private static void Configure(SxtOptions options)
    {
        options.UserId = "orders-service";
        if (options.Keys.All(entry => entry.Source != Key))
        {
            options.Keys.Add(new() { Source = Key });
        }
    }

    private static ServiceProvider Build(Action<IServiceCollection> register)
    {
        var services = new ServiceCollection();
        register(services);
        return services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
    }

    private sealed class UnreadableConfiguration : IConfiguration
    {
        public string? this[string key]
        {
            get => throw Read();
            set => throw Read();
        }

        public IEnumerable<IConfigurationSection> GetChildren() => throw Read();

        public IChangeToken GetReloadToken() => throw Read();

        public IConfigurationSection GetSection(string key) => throw Read();

        private static InvalidOperationException Read() => new("The configuration was read.");
    }

    private sealed class UntouchedHandler : HttpMessageHandler
    {
        public int Calls { get; private set; }

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Calls++;
            return Task.FromException<HttpResponseMessage>(new HttpRequestException("no network"));
        }
    }
}
