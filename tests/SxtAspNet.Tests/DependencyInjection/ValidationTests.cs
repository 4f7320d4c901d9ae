using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SxtAspNet.DependencyInjection;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.DependencyInjection;

public class ValidationTests
{
    /// <summary>A value for each setting; the schema is held to it too.</summary>
    internal const string Sound =
        """
        { "Sxt": { "GatewayUrl": "https://proxy.test/sxt", "UserId": "orders-service",
            "ProxyUrl": "https://secrets.test",
            "Keys": [ { "File": "a.pem", "PasswordFile": "a.txt", "RequirePrivateFile": true }, { "ApiKey": "sxt_0123456789abcdef" } ],
            "AllowedOrigins": [ "https://api.test:8443", "http://localhost:5000" ],
            "RenewBefore": "00:06:00", "RenewJitter": "00:00:10", "GatewayTimeout": "00:00:05",
            "KeyTimeout": "00:00:03", "AcquireTimeout": "00:00:20", "ReplayOnUnauthorized": false,
            "LoginAtStartup": "required", "KeepKeyInMemory": true } }
        """;

    private const string Secret = "s3cret-value";

    [Fact]
    public void Sound_settings_of_every_kind_are_bound()
    {
        using var provider = Build(Sound);

        var options = Options(provider);

        Assert.Equal(new Uri("https://proxy.test/sxt"), options.GatewayUrl);
        Assert.Equal("orders-service", options.UserId);
        Assert.Equal(new Uri("https://secrets.test"), options.ProxyUrl);
        Assert.Equal(2, options.Keys.Count);
        Assert.Equal(("a.pem", "a.txt", true), (options.Keys[0].File, options.Keys[0].PasswordFile, options.Keys[0].RequirePrivateFile));
        Assert.Equal("sxt_0123456789abcdef", options.Keys[1].ApiKey);
        Assert.Equal([new Uri("https://api.test:8443"), new Uri("http://localhost:5000")], options.AllowedOrigins);
        Assert.Equal(TimeSpan.FromMinutes(6), options.RenewBefore);
        Assert.Equal(TimeSpan.FromSeconds(10), options.RenewJitter);
        Assert.Equal(TimeSpan.FromSeconds(5), options.GatewayTimeout);
        Assert.Equal(TimeSpan.FromSeconds(3), options.KeyTimeout);
        Assert.Equal(TimeSpan.FromSeconds(20), options.AcquireTimeout);
        Assert.False(options.ReplayOnUnauthorized);
        Assert.Equal(SxtLoginAtStartup.Required, options.LoginAtStartup);
        Assert.True(options.KeepKeyInMemory);
    }

    [Theory]
    [InlineData("""  "UserId": ""  """, "UserId is missing; set it")]
    [InlineData("""  "UserId": "orders service"  """, "UserId holds white space")]
    [InlineData("""  "UserId": { "Name": "x" }  """, "'Sxt:UserId' must be text, but has settings below it")]
    [InlineData("""  "Seal": [ { "File": "seal", "PasswordFile": "p" } ]  """, "Seal[0] has a password; a seal's File is not encrypted")]
    [InlineData("""  "Seal": [ { "ApiKey": "sxt_0123456789abcdefghij" } ]  """, "Seal[0] is an ApiKey, which is no seal; make one with: dotnet sxt seal new FILE.")]
    [InlineData("""  "Keys": [ { "File": "  " } ]  """, "Keys[0] names no key; set File")]
    [InlineData("""  "Seal": [ { "RequirePrivateFile": true } ]  """, "Seal[0] names no key; set File")]
    [InlineData("""  "Seal": "seal"  """, "'Sxt:Seal' must be a list")]
    [InlineData("""  "GatewayUrl": "gateway"  """, "'Sxt:GatewayUrl' must be a URL, for example \"https://gateway.example.com\"")]
    [InlineData("""  "GatewayUrl": "api.gateway.test"  """, "'Sxt:GatewayUrl' is \"api.gateway.test\", but must be a URL, for example \"https://gateway.example.com\"")]
    [InlineData("""  "GatewayUrl": "sxt_0123456789.abcdef"  """, "'Sxt:GatewayUrl' must be a URL")]
    [InlineData("""  "GatewayUrl": "localhost:5000"  """, "GatewayUrl is \"localhost:5000\", but must be an absolute https URL")]
    [InlineData("""  "GatewayUrl": "ftp://gateway.test"  """, "GatewayUrl is \"ftp://gateway.test\", but must be an absolute https URL")]
    [InlineData("""  "GatewayUrl": "http://gateway.test"  """, "GatewayUrl uses plain http")]
    [InlineData("""  "GatewayUrl": "https://someone@gateway.test"  """, "GatewayUrl must have no user, query or fragment")]
    [InlineData("""  "GatewayUrl": "https://gateway.test/?a=b"  """, "GatewayUrl must have no user, query or fragment")]
    [InlineData("""  "GatewayUrl": "https://gateway.test/#a"  """, "GatewayUrl must have no user, query or fragment")]
    [InlineData("""  "ProxyUrl": "http://secrets.test"  """, "ProxyUrl uses plain http")]
    [InlineData("""  "ProxyUrl": "ftp://secrets.test"  """, "ProxyUrl is \"ftp://secrets.test\", but must be an absolute https URL")]
    [InlineData("""  "ProxyUrl": "https://secrets.test/?a=b"  """, "ProxyUrl must have no user, query or fragment")]
    [InlineData("""  "AllowedOrigins": [ "https://a.test", "https://b.test/api" ]  """, "AllowedOrigins[1] is an origin and can't have a path")]
    [InlineData("""  "AllowedOrigins": [ "http://a.test" ]  """, "AllowedOrigins[0] uses plain http")]
    [InlineData("""  "AllowedOrigins": [ "https://a.test/?b" ]  """, "AllowedOrigins[0] must have no user, query or fragment")]
    [InlineData("""  "AllowedOrigins": [ "a" ]  """, "'Sxt:AllowedOrigins:0' must be a URL")]
    [InlineData("""  "AllowedOrigins": "https://a.test"  """, "'Sxt:AllowedOrigins' must be a list of URLs")]
    [InlineData("""  "AllowedOrigins": { "First": "https://a.test" }  """, "'Sxt:AllowedOrigins:First': its parent must be a list of URLs")]
    [InlineData("""  "Keys": []  """, "Keys is empty; add at least one key")]
    [InlineData("""  "Keys": "sxt.pem"  """, "'Sxt:Keys' must be a list of objects")]
    [InlineData("""  "Keys": [ "sxt.pem" ]  """, "'Sxt:Keys:0' must be an object, but is a single value")]
    [InlineData("""  "Keys": { "File": "sxt.pem" }  """, "'Sxt:Keys:File': its parent must be a list of objects")]
    [InlineData("""  "Keys": [ { "Path": "sxt.pem" } ]  """, "'Sxt:Keys:0:Path' is not a setting. Those of 'Sxt:Keys:0' are: File,")]
    [InlineData("""  "Keys": [ { "Password": "x" } ]  """, "Keys[0] names no key; set File or ApiKey or AzureKeyVault")]
    [InlineData("""  "Keys": [ { "ApiKey": "sxt_short" } ]  """, "Keys[0].ApiKey: The API key is too short. Copy it whole")]
    [InlineData("""  "Keys": [ { "ApiKey": "sxt_0123456789 abcdefgh" } ]  """, "Keys[0].ApiKey: The API key has white space")]
    [InlineData("""  "Keys": [ { "ApiKey": "0123456789abcdefghij" } ]  """, "Keys[0].ApiKey: The API key does not begin with sxt_")]
    [InlineData("""  "Keys": [ { "File": "sxt_0123456789abcdef" } ]  """, "Keys[0].File is an API key, where the path of a file belongs; write it as ApiKey")]
    [InlineData("""  "Keys": [ { "File": "a", "ApiKey": "sxt_0123456789abcdef" } ]  """, "Keys[0] has both File and ApiKey")]
    [InlineData("""  "Keys": [ { "ApiKey": "sxt_0123456789abcdef", "Password": "x" } ]  """, "Keys[0] has a password, which is for an encrypted File only; remove Password.")]
    [InlineData("""  "Keys": [ { "File": "a", "Password": "x", "PasswordFile": "b" } ]  """, "Keys[0] has both Password and PasswordFile")]
    [InlineData("""  "Keys": [ { "File": "a", "RequirePrivateFile": "maybe" } ]  """, "'Sxt:Keys:0:RequirePrivateFile' must be true or false")]
    [InlineData("""  "Keys": [ { "File": "a", "AzureKeyVault": { "VaultUri": "https://v.test", "Secret": "s" } } ]  """, "Keys[0] has both File and AzureKeyVault")]
    [InlineData("""  "Keys": [ { "AzureKeyVault": { "VaultUri": "https://v.test", "Secret": "s" } } ]  """, "add the package SxtAspNet.AzureKeyVault and call AddSxt(...).AddAzureKeyVault()")]
    [InlineData("""  "Keys": [ { "AzureKeyVault": { "VaultUri": "https://v.test", "Secret": "s" }, "PasswordFile": "a" } ]  """, "Keys[0] has a password, which is for an encrypted File only; remove PasswordFile.")]
    [InlineData("""  "UserID2": "x"  """, "'Sxt:UserID2' is not a setting; did you mean UserId? Those of 'Sxt' are: GatewayUrl, ProxyUrl, UserId,")]
    [InlineData("""  "RenewBefore": "5"  """, "'Sxt:RenewBefore' is \"5\", a number without a unit, which .NET reads as days")]
    [InlineData("""  "RenewBefore": 300  """, "'Sxt:RenewBefore' is \"300\", a number without a unit")]
    [InlineData("""  "RenewBefore": "5 minutes"  """, "'Sxt:RenewBefore' must be a time span such as \"00:05:00\"")]
    [InlineData("""  "RenewBefore": "00:00:00"  """, "RenewBefore is 00:00:00; it must be between 00:00:01 and 00:20:00")]
    [InlineData("""  "RenewBefore": "01:00:00"  """, "RenewBefore is 01:00:00; it must be between")]
    [InlineData("""  "RenewBefore": "00:00:40"  """, "RenewBefore (00:00:40) must be longer than GatewayTimeout plus RenewJitter (00:00:40)")]
    [InlineData("""  "RenewJitter": "-00:00:01"  """, "RenewJitter is -00:00:01; it must be between")]
    [InlineData("""  "GatewayTimeout": "00:02:01"  """, "GatewayTimeout is 00:02:01; it must be between")]
    [InlineData("""  "KeyTimeout": "0"  """, "KeyTimeout is 00:00:00; it must be between")]
    [InlineData("""  "AcquireTimeout": "00:11:00"  """, "AcquireTimeout is 00:11:00; it must be between")]
    [InlineData("""  "MaxReplayBufferSize": -1  """, "'Sxt:MaxReplayBufferSize' must be a whole number")]
    [InlineData("""  "MaxReplayBufferSize": 1073741824  """, "MaxReplayBufferSize is 1073741824; it must be between 0 (off) and")]
    [InlineData("""  "MaxReplayBufferSize": "64 KiB"  """, "'Sxt:MaxReplayBufferSize' must be a whole number")]
    [InlineData("""  "ReplayOnUnauthorized": "sometimes"  """, "'Sxt:ReplayOnUnauthorized' must be true or false")]
    [InlineData("""  "KeepKeyInMemory": "yes"  """, "'Sxt:KeepKeyInMemory' must be true or false")]
    [InlineData("""  "LoginAtStartup": "Later"  """, "'Sxt:LoginAtStartup' must be one of Background, Required, OnDemand")]
    [InlineData("""  "LoginAtStartup": "7"  """, "'Sxt:LoginAtStartup' must be one of Background, Required, OnDemand")]
    public void A_wrong_setting_is_named_with_what_to_write_instead(string setting, string expected)
    {
        Assert.Contains(expected, Problems($$"""{ "Sxt": { {{setting}} } }"""), StringComparison.Ordinal);
    }

    [Fact]
    public void A_size_below_zero_that_code_sets_is_refused()
    {
        var services = new ServiceCollection();
        services.AddSxt(options => options.MaxReplayBufferSize = -1);
        using var provider = services.BuildServiceProvider();

        var message = Assert.Throws<OptionsValidationException>(() => Options(provider)).Message;

        Assert.Contains("MaxReplayBufferSize is -1; it must be between 0 (off) and", message, StringComparison.Ordinal);
    }

    [Fact]
    public void All_problems_are_told_at_once()
    {
        var message = Problems(
            """
            { "Sxt": { "GatewayUrl": "http://gateway.test", "Usr": "x", "RenewBefore": "5", "AllowedOrigins": [ "https://a.test/b" ],
                "KeyTimeout": "01:00:00", "Keys": [ { "File": "a", "AzureKeyVault": { "Secret": "s" } }, "b" ] } }
            """);

        Assert.All(
            ["GatewayUrl uses plain http", "'Sxt:Usr'", "'Sxt:RenewBefore'", "AllowedOrigins[0]", "KeyTimeout", "Keys[0]", "'Sxt:Keys:1'"],
            problem => Assert.Contains(problem, message, StringComparison.Ordinal));
    }

    [Fact]
    public void A_problem_of_a_section_that_is_registered_twice_is_told_once()
    {
        var section = TestConfiguration.FromJson("""{ "Sxt": { "Usr": "x" } }""").GetSection("Sxt");
        var services = new ServiceCollection();
        services.AddSxt(section);
        services.AddSxt(section);
        using var provider = services.BuildServiceProvider();

        var message = Assert.Throws<OptionsValidationException>(() => Options(provider)).Message;

        Assert.Equal(2, message.Split("'Sxt:Usr' is not a setting").Length);
    }

    [Fact]
    public void The_message_names_the_identity()
    {
        var services = new ServiceCollection();
        services.AddSxt("reports", _ => { });
        using var provider = services.BuildServiceProvider();

        var failure = Assert.Throws<OptionsValidationException>(
            () => provider.GetRequiredService<IOptionsMonitor<SxtOptions>>().Get("reports"));

        Assert.StartsWith("Space and Time identity 'reports': ", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_section_is_named()
    {
        Assert.Contains(
            "The section 'Sxt' is missing or empty. Add it to appsettings.json or user secrets, or set environment variables such as Sxt__UserId.",
            Problems("""{ "Sxtt": { "UserId": "x" } }"""),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_section_is_no_problem_where_code_sets_all()
    {
        var services = new ServiceCollection();
        services.AddSxt(TestConfiguration.FromJson("{}").GetSection("Sxt"));
        services.Configure<SxtOptions>(options =>
        {
            options.UserId = "orders-service";
            options.Keys.Add(new() { File = "a.pem" });
        });
        using var provider = services.BuildServiceProvider();

        Assert.Equal("orders-service", Options(provider).UserId);
    }

    [Fact]
    public void A_section_that_is_a_single_value_is_named()
    {
        Assert.Contains("'Sxt' must be an object, but is a single value.", Problems("""{ "Sxt": "x" }"""), StringComparison.Ordinal);
    }

    [Fact]
    public void A_whole_configuration_in_place_of_a_section_is_noticed()
    {
        var services = new ServiceCollection();
        services.AddSxt(TestConfiguration.FromJson("""{ "Logging": { "Level": "x" }, "Sxt": { "UserId": "orders-service" } }"""));
        using var provider = services.BuildServiceProvider();

        var message = Assert.Throws<OptionsValidationException>(() => Options(provider)).Message;

        Assert.Contains("GetSection(\"Sxt\")", message, StringComparison.Ordinal);
        Assert.DoesNotContain("Logging", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_configuration_that_holds_nothing_but_the_settings_is_accepted()
    {
        var services = new ServiceCollection();
        services.AddSxt(TestConfiguration.FromJson("""{ "UserId": "orders-service", "Keys": [ { "File": "a.pem" } ] }"""));
        using var provider = services.BuildServiceProvider();

        Assert.Equal("a.pem", Assert.Single(Options(provider).Keys).File);
    }

    [Theory]
    [InlineData("\"UserId\": { \"x\": \"" + Secret + "\" }")]
    [InlineData("\"UserId\": \"" + Secret + " \"")]
    [InlineData("\"GatewayUrl\": \"" + Secret + "\"")]
    [InlineData("\"GatewayUrl\": \"https://user:" + Secret + "@gateway.test\"")]
    [InlineData("\"AllowedOrigins\": [ \"" + Secret + "\" ]")]
    [InlineData("\"AllowedOrigins\": [ \"https://a.test/" + Secret + "\" ]")]
    [InlineData("\"Keys\": \"" + Secret + "\"")]
    [InlineData("\"Keys\": [ \"" + Secret + "\" ]")]
    [InlineData("\"Keys\": [ { \"PrivateKey\": \"" + Secret + "\" } ]")]
    [InlineData("\"Keys\": [ { \"Password\": \"" + Secret + "\" } ]")]
    [InlineData("\"Keys\": [ { \"File\": \"a\", \"Password\": \"" + Secret + "\", \"PasswordFile\": \"b\" } ]")]
    [InlineData("\"Keys\": [ { \"File\": \"a\", \"RequirePrivateFile\": \"" + Secret + "\" } ]")]
    [InlineData("\"Keys\": [ { \"ApiKey\": \"" + Secret + "\" } ]")]
    [InlineData("\"Keys\": [ { \"ApiKey\": \"sxt_" + Secret + " and more of it\" } ]")]
    [InlineData("\"Keys\": [ { \"File\": \"sxt_" + Secret + "\" } ]")]
    [InlineData("\"ProxyUrl\": \"https://user:" + Secret + "@secrets.test\"")]
    [InlineData("\"Keys\": [ { \"AzureKeyVault\": \"" + Secret + "\" } ]")]
    [InlineData("\"Keys\": [ { \"AzureKeyVault\": { \"VaultUri\": \"https://v.test\", \"Secret\": \"" + Secret + "=\" } } ]")]
    [InlineData("\"Keys\": [ { \"AzureKeyVault\": { \"VaultUri\": \"https://v.test/" + Secret + "\", \"Secret\": \"s\" } } ]")]
    [InlineData("\"PrivateKey\": \"" + Secret + "\"")]
    [InlineData("\"RenewBefore\": \"" + Secret + "\"")]
    [InlineData("\"LoginAtStartup\": \"" + Secret + "\"")]
    public void No_value_that_could_be_a_secret_is_quoted(string setting)
    {
        Assert.DoesNotContain(Secret, Problems($$"""{ "Sxt": { {{setting}} } }"""), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_option_that_is_not_for_code_only_is_a_setting()
    {
        var kinds = new KeyKinds([]);

        Assert.Equal(
            typeof(SxtOptions).GetProperties().Select(property => property.Name).Except([nameof(SxtOptions.BackchannelHttpHandler)]),
            kinds.Root.Members!.Keys);
        Assert.Equal(
            [.. typeof(SxtKeyOptions).GetProperties().Select(property => property.Name), "AzureKeyVault", "UnwrapWith", "Pkcs11"],
            kinds.Entry.Members!.Keys);
    }

    [Fact]
    public void Settings_in_code_are_checked_too()
    {
        var services = new ServiceCollection();
        services.AddSxt(options =>
        {
            options.GatewayUrl = new Uri("/relative", UriKind.Relative);
            options.AllowedOrigins.Add(new Uri("api", UriKind.Relative));
            options.LoginAtStartup = (SxtLoginAtStartup)7;
        });
        using var provider = services.BuildServiceProvider();

        var message = Assert.Throws<OptionsValidationException>(() => Options(provider)).Message;

        Assert.Contains("GatewayUrl is \"/relative\", but must be an absolute https URL", message, StringComparison.Ordinal);
        Assert.Contains("AllowedOrigins[0] must be an absolute https URL", message, StringComparison.Ordinal);
        Assert.Contains("LoginAtStartup is not one of", message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_of_a_name_that_is_no_identity_are_not_checked()
    {
        using var provider = Build("""{ "Sxt": { "UserId": "orders-service", "Keys": [ { "File": "a.pem" } ] } }""");

        Assert.Equal("", provider.GetRequiredService<IOptionsMonitor<SxtOptions>>().Get("no identity").UserId);
    }

    [Fact]
    public void A_source_of_keys_only_is_refused_as_a_seal()
    {
        var services = new ServiceCollection();
        services.AddSxt(options =>
        {
            options.UserId = "x";
            options.Keys.Add(new() { File = "a.pem" });
            options.Seal.Add(new() { Source = new TestKeySource("device") });
        });
        using var provider = services.BuildServiceProvider();

        var failure = Assert.Throws<OptionsValidationException>(() => Options(provider));

        Assert.Contains("Seal[0].Source (device) is no ISxtSealSource, so it gives no seal; implement that too.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_seal_and_Data_Protection_exclude_each_other()
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSxt(TestConfiguration.FromJson(
            """{ "Sxt": { "UserId": "x", "Keys": [ { "File": "a.pem" } ], "Seal": [ { "File": "seal" } ] } }""").GetSection("Sxt")).UseDataProtection();
        using var provider = services.BuildServiceProvider();

        var failure = Assert.Throws<OptionsValidationException>(() => Options(provider));

        Assert.Contains("Seal and UseDataProtection() exclude each other; keep one of them.", failure.Message, StringComparison.Ordinal);
    }

    private static string Problems(string json)
    {
        using var provider = Build(json);
        return Assert.Throws<OptionsValidationException>(() => Options(provider)).Message;
    }

    private static SxtOptions Options(ServiceProvider provider) =>
        provider.GetRequiredService<IOptionsMonitor<SxtOptions>>().CurrentValue;

    private static ServiceProvider Build(string json)
    {
        var services = new ServiceCollection();
        services.AddSxt(TestConfiguration.FromJson(json).GetSection("Sxt"));
        return services.BuildServiceProvider();
    }
}
