using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SxtAspNet.DependencyInjection;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Inbound;

public class BearerOptionsTests
{
    /// <summary>A value for each setting; the schema is held to it too.</summary>
    internal const string Sound =
        """
        { "Authentication": { "Schemes": { "SxtBearer": {
            "GatewayUrl": "https://proxy.test/sxt", "AllowedUsers": [ "orders-service", "reports" ], "AllowedSubscriptions": [ "31cb0b4b" ],
            "AllowedOrigins": [ "https://api.test:8443" ], "CacheTime": "00:00:30", "RefusalCacheTime": "00:00:05", "CacheSize": 500,
            "MaxConcurrentValidations": 4, "MaxValidationsPerSecond": 50, "MaxValidationsPerAddress": 7, "MaxRefusalsPerAddress": 3,
            "RefuseRestricted": true, "RefuseTrial": true, "RefuseQuotaExceeded": true, "GatewayTimeout": "00:00:03", "ClockSkew": "00:01:00", "SaveToken": true,
            "IncludeErrorDetails": false, "Realm": "orders", "ClaimsIssuer": "sxt", "ForwardForbid": "Other" } } } }
        """;

    [Fact]
    public void Sound_settings_of_every_kind_are_bound_by_the_schemes_name()
    {
        using var provider = Build(Sound);

        var options = Options(provider);

        Assert.Equal(new Uri("https://proxy.test/sxt"), options.GatewayUrl);
        Assert.Equal(["orders-service", "reports"], options.AllowedUsers);
        Assert.Equal(["31cb0b4b"], options.AllowedSubscriptions);
        Assert.Equal([new Uri("https://api.test:8443")], options.AllowedOrigins);
        Assert.Equal((30, 5, 3, 60), (options.CacheTime.TotalSeconds, options.RefusalCacheTime.TotalSeconds, options.GatewayTimeout.TotalSeconds, options.ClockSkew.TotalSeconds));
        Assert.Equal((500, 4), (options.CacheSize, options.MaxConcurrentValidations));
        Assert.Equal((50, 7, 3), (options.MaxValidationsPerSecond, options.MaxValidationsPerAddress, options.MaxRefusalsPerAddress));
        Assert.Equal((true, true, true), (options.RefuseRestricted, options.RefuseTrial, options.RefuseQuotaExceeded));
        Assert.Equal((true, false, false), (options.SaveToken, options.IncludeErrorDetails, options.AllowAnyUser));
        Assert.Equal(("orders", "sxt", "Other"), (options.Realm, options.ClaimsIssuer, options.ForwardForbid));
    }

    [Fact]
    public void Code_comes_after_the_configuration()
    {
        using var provider = Build(
            """{ "Authentication": { "Schemes": { "SxtBearer": { "AllowedUsers": [ "orders-service" ], "CacheTime": "00:00:30" } } } }""",
            options =>
            {
                options.AllowedUsers.Add("reports");
                options.CacheTime = TimeSpan.FromSeconds(20);
            });

        Assert.Equal(["orders-service", "reports"], Options(provider).AllowedUsers);
        Assert.Equal(TimeSpan.FromSeconds(20), Options(provider).CacheTime);
    }

    [Fact]
    public void Every_scheme_has_its_own_section()
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(TestConfiguration.FromJson(
            """{ "Authentication": { "Schemes": { "SxtBearer": { "AllowedUsers": [ "a" ] }, "Partners": { "AllowAnyUser": true } } } }"""));
        services.AddAuthentication().AddSxtBearer().AddSxtBearer("Partners");
        using var provider = services.BuildServiceProvider();
        var monitor = provider.GetRequiredService<IOptionsMonitor<SxtBearerOptions>>();

        Assert.Equal(["a"], monitor.Get("SxtBearer").AllowedUsers);
        Assert.True(monitor.Get("Partners").AllowAnyUser);
    }

    [Theory]
    [InlineData("{}", "Nothing says who may call.")]
    [InlineData("""{ "AllowAnyUser": true, "AllowedUsers": [ "a" ] }""", "AllowAnyUser makes AllowedUsers and AllowedSubscriptions meaningless")]
    [InlineData("""{ "AllowedUsers": "a" }""", "'Authentication:Schemes:SxtBearer:AllowedUsers' must be a list of texts")]
    [InlineData("""{ "AllowedUsers": [ "a b" ] }""", "AllowedUsers has an entry that is empty or holds white space")]
    [InlineData("""{ "AllowedSubscriptions": [ "" ] }""", "Nothing says who may call.")]
    [InlineData("""{ "AllowedUser": [ "a" ] }""", "'Authentication:Schemes:SxtBearer:AllowedUser' is not a setting; did you mean AllowedUsers? Those of")]
    [InlineData("""{ "GatewayUrl": "http://gateway.test" }""", "GatewayUrl uses plain http")]
    [InlineData("""{ "AllowedOrigins": [ "https://a.test/b" ] }""", "AllowedOrigins[0] is an origin and can't have a path")]
    [InlineData("""{ "CacheTime": "60" }""", "a number without a unit, which .NET reads as days")]
    [InlineData("""{ "CacheTime": "01:00:00" }""", "CacheTime is 01:00:00; it must be between")]
    [InlineData("""{ "RefusalCacheTime": "-00:00:01" }""", "RefusalCacheTime is -00:00:01; it must be between")]
    [InlineData("""{ "CacheSize": "0" }""", "CacheSize is 0; it must be between 1 and")]
    [InlineData("""{ "CacheSize": "many" }""", "'Authentication:Schemes:SxtBearer:CacheSize' must be a whole number")]
    [InlineData("""{ "MaxConcurrentValidations": "0" }""", "MaxConcurrentValidations is 0; it must be between 1 and")]
    [InlineData("""{ "MaxValidationsPerSecond": "0" }""", "MaxValidationsPerSecond is 0; it must be between 1 and")]
    [InlineData("""{ "MaxValidationsPerAddress": "0" }""", "MaxValidationsPerAddress is 0; it must be between 1 and")]
    [InlineData("""{ "MaxRefusalsPerAddress": "0" }""", "MaxRefusalsPerAddress is 0; it must be between 1 and")]
    [InlineData("""{ "GatewayTimeout": "01:00:00" }""", "GatewayTimeout is 01:00:00; it must be between")]
    [InlineData("""{ "ClockSkew": "02:00:00" }""", "ClockSkew is 02:00:00; it must be between")]
    [InlineData("""{ "SaveToken": "yes" }""", "'Authentication:Schemes:SxtBearer:SaveToken' must be true or false")]
    [InlineData("\"x\"", "'Authentication:Schemes:SxtBearer' must be an object, but is a single value")]
    public void A_wrong_setting_is_named_with_what_to_write_instead(string section, string expected)
    {
        using var provider = Build($$"""{ "Authentication": { "Schemes": { "SxtBearer": {{section}} } } }""");

        var failure = Assert.Throws<OptionsValidationException>(() => Options(provider));

        Assert.StartsWith("Authentication scheme 'SxtBearer': ", failure.Message, StringComparison.Ordinal);
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Nobody_who_may_call_fails_the_start()
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(() => InboundApp.StartAsync(_ => { }));

        Assert.Contains("set AllowedUsers or AllowedSubscriptions, or AllowAnyUser", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_option_that_is_not_for_code_only_is_a_setting()
    {
        string[] codeOnly = ["Events", "EventsType", "BackchannelHttpHandler", "CallerAddress", "TimeProvider", "ForwardDefaultSelector"];

        var properties = typeof(SxtBearerOptions).GetProperties().Select(property => property.Name).Distinct().Except(codeOnly);

        Assert.Equal(properties, ConfigureSxtBearerOptions.Settings.Members!.Keys);
    }

    [Fact]
    public async Task It_asks_the_gateway_of_the_default_identity_where_there_is_one()
    {
        await using var app = await InboundApp.StartAsync(services: services =>
        {
            services.AddSxt(options => options.UserId = "app");
            services.PostConfigureAll<SxtBearerOptions>(options => (options.GatewayUrl, options.BackchannelHttpHandler) = (null, null));
        });

        using var response = await app.GetAsync(app.Issue());

        Assert.Equal(InboundApp.User, await response.TextAsync());
        Assert.Equal(1, app.Validations);
    }

    private static SxtBearerOptions Options(ServiceProvider provider) =>
        provider.GetRequiredService<IOptionsMonitor<SxtBearerOptions>>().Get(SxtBearerDefaults.AuthenticationScheme);

    private static ServiceProvider Build(string json, Action<SxtBearerOptions>? configure = null)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(TestConfiguration.FromJson(json));
        services.AddAuthentication().AddSxtBearer(configure ?? (_ => { }));
        return services.BuildServiceProvider();
    }
}
