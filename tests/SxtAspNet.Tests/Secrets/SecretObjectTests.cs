using System.Reflection;
using System.Security.Claims;
using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SxtAspNet.Redis;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Secrets;

/// <summary>No object that an app can get hold of shows a secret to a serializer, or to a logger that reads properties.</summary>
public class SecretObjectTests
{
    private const string Password = "pa55word-of-the-key";
    private const string ApiKey = "sxt_0123456789abcdefghij";
    private const string Token = "t0ken.of.somebody";

    // Text that names a secret: a property of such a name, read publicly, is one that shows it.
    private static readonly string[] Telling = ["Password", "Token", "Seed", "PrivateKey", "ApiKey", "Signature"];

    // Names the file, not what is in it; says when, not what; a count; an enumeration.
    private static readonly string[] Harmless = ["PasswordFile", "SaveToken"];

    private static readonly JsonSerializerOptions Json = new()
    {
        ReferenceHandler = ReferenceHandler.IgnoreCycles,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
    };

    public static TheoryData<string> Packages => ["SxtAspNet", "SxtAspNet.Redis", "SxtAspNet.AzureKeyVault", "SxtAspNet.Testing"];

    [Theory]
    [MemberData(nameof(Packages))]
    public void No_public_type_has_a_readable_property_that_is_named_like_a_secret(string package)
    {
        var properties = Assembly.Load(package).GetExportedTypes()
            .SelectMany(type => type.GetProperties(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly))
            .Where(property => property.GetMethod is { IsPublic: true } && property.GetIndexParameters().Length == 0)
            .Where(property => property.PropertyType == typeof(string) || property.PropertyType == typeof(byte[]) || property.PropertyType == typeof(ReadOnlyMemory<byte>))
            .Where(property => Telling.Any(word => property.Name.Contains(word, StringComparison.Ordinal)) && !Harmless.Contains(property.Name))
            .Select(property => $"{property.DeclaringType!.Name}.{property.Name}");

        Assert.Empty(properties);
    }

    [Fact]
    public async Task The_session_and_all_that_it_gives_out_show_no_token()
    {
        await using var app = new TestApp();
        await app.StartAsync();
        using var _ = await app.QueryAsync();
        var session = app.Session;
        var token = await session.GetAccessTokenAsync(TestContext.Current.CancellationToken);

        AssertShowsNothing(token.GetValue(), token, session.Status, session, app.Services.GetRequiredKeyedService<ISxtSession>(""));
    }

    [Fact]
    public async Task The_object_behind_a_session_has_no_public_members_but_the_interfaces()
    {
        await using var app = new TestApp();
        var type = app.Session.GetType();

        var extra = type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(property => property.Name)
            .Except(typeof(ISxtSession).GetProperties().Select(property => property.Name));

        Assert.Empty(extra);
    }

    [Fact]
    public void Options_show_no_password()
    {
        var services = new ServiceCollection();
        services.AddSxt(TestConfiguration.FromJson(
            $$"""{ "Sxt": { "UserId": "orders-service", "Keys": [ { "File": "a.pem", "Password": "{{Password}}" } ] } }""").GetSection("Sxt"));
        using var provider = services.BuildServiceProvider();
        var options = provider.GetRequiredService<IOptionsMonitor<SxtOptions>>().CurrentValue;

        Assert.Equal(Password, Assert.Single(options.Keys).Password);
        AssertShowsNothing(Password, options, options.Keys, options.Keys[0]);
    }

    [Fact]
    public void Options_show_no_api_key()
    {
        var services = new ServiceCollection();
        services.AddSxt(TestConfiguration.FromJson($$"""{ "Sxt": { "Keys": [ { "ApiKey": "{{ApiKey}}" } ] } }""").GetSection("Sxt"));
        using var provider = services.BuildServiceProvider();
        var options = provider.GetRequiredService<IOptionsMonitor<SxtOptions>>().CurrentValue;

        Assert.Equal(ApiKey, Assert.Single(options.Keys).ApiKey);
        AssertShowsNothing(ApiKey, options, options.Keys, options.Keys[0]);
    }

    [Fact]
    public void An_api_key_shows_nothing_of_itself()
    {
        using var key = SxtApiKey.FromValue(ApiKey);

        AssertShowsNothing(ApiKey, key);
        AssertShowsNothing(ApiKey[4..], key);
    }

    [Fact]
    public void Options_of_Redis_show_no_password()
    {
        var services = new ServiceCollection();
        services.AddSxt(_ => { }).AddRedis(redis => redis.Configuration = $"localhost,password={Password}");
        services.AddSxt("code", _ => { }).AddRedis(redis => redis.ConfigurationOptionsFactory = () => new() { EndPoints = { "localhost" }, Password = Password });
        using var provider = services.BuildServiceProvider();
        var options = provider.GetRequiredService<IOptionsMonitor<SxtRedisOptions>>();

        AssertShowsNothing(Password, options.CurrentValue, options.Get("code"));
    }

    [Fact]
    public async Task All_that_the_container_hands_out_shows_no_secret()
    {
        var source = new TestKeySource();
        IServiceCollection registered = null!;
        await using var app = new TestApp(key: source, services: services =>
        {
            registered = services;
            services.AddAuthentication().AddSxtBearer(options => options.AllowAnyUser = true);
            services.AddHealthChecks().AddSxt();
            services.AddSxt("shared", options =>
            {
                options.UserId = "reports";
                options.Keys.Add(new() { File = "a.pem", Password = Password });
                options.Keys.Add(new() { AzureKeyVault = new() { VaultUri = new Uri("https://contoso.vault.azure.net"), Secret = "sxt-key" } });
            }).AddRedis($"127.0.0.1:1,password={Password}").AddAzureKeyVault();
        });
        await app.StartAsync();
        using var _ = await app.QueryAsync();
        var token = (await app.Session.GetAccessTokenAsync(TestContext.Current.CancellationToken)).GetValue();

        object[] objects =
        [
            .. registered.Where(IsOurs).SelectMany(descriptor => Resolve(app.Services, descriptor)).Distinct(),
            app.Services.GetRequiredService<IOptionsMonitor<SxtOptions>>().Get(""),
            app.Services.GetRequiredService<IOptionsMonitor<SxtOptions>>().Get("shared"),
            app.Services.GetRequiredService<IOptionsMonitor<SxtRedisOptions>>().Get("shared"),
            app.Services.GetRequiredService<IOptionsMonitor<SxtBearerOptions>>().Get("SxtBearer"),
        ];

        Assert.All(
            ["SessionManager", "SxtTokenHandler", "RedisConnection", "KeyKind`1", "SxtSessionSharing", "SxtRedisOptions", "SxtOptions", "SxtBearerOptions"],
            name => Assert.Contains(objects, found => found.GetType().Name == name));
        foreach (var secret in new[] { token, Password, Convert.ToBase64String(source.Seed), Convert.ToHexString(source.Seed) })
        {
            AssertShowsNothing(secret, objects);
        }
    }

    [Fact]
    public void Options_with_a_source_in_code_show_no_seed()
    {
        var source = new TestKeySource();
        var entry = new SxtKeyOptions { Source = source };

        AssertShowsNothing(Convert.ToBase64String(source.Seed), entry);
    }

    [Fact]
    public void A_signing_key_shows_no_seed()
    {
        var seed = Enumerable.Range(1, 32).Select(number => (byte)number).ToArray();
        using var key = SxtSigningKey.FromSeed(seed);

        Assert.DoesNotContain(Convert.ToBase64String(seed), Destructurer.Destructure(key), StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToHexString(seed), Destructurer.Destructure(key), StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public void The_contexts_of_events_show_no_token_of_their_own()
    {
        var (context, scheme, options) = (new DefaultHttpContext(), InboundScheme, new SxtBearerOptions());

        AssertShowsNothing(
            Token,
            new SxtBearerMessageReceivedContext(context, scheme, options) { Token = Token },
            new SxtBearerTokenValidatedContext(context, scheme, options, "orders-service", Token),
            new SxtBearerAuthenticationFailedContext(context, scheme, options, new SxtTokenRefusedExceptionDouble()),
            new SxtBearerForbiddenContext(context, scheme, options),
            new SxtBearerChallengeContext(context, scheme, options, new AuthenticationProperties()));
    }

    [Fact]
    public void An_apps_test_can_make_the_context_of_an_accepted_token()
    {
        var context = new SxtBearerTokenValidatedContext(new DefaultHttpContext(), InboundScheme, new SxtBearerOptions(), "orders-service", Token);

        Assert.Equal(Token, context.GetToken());
        Assert.Equal("orders-service", context.Principal!.Identity!.Name);
        Assert.Equal("orders-service", context.Principal.FindFirstValue(ClaimTypes.NameIdentifier));
        Assert.Null(context.Result);
    }

    /// <summary>Services of ours, and those of the framework's for types of ours, such as options.</summary>
    private static bool IsOurs(ServiceDescriptor service) =>
        !service.ServiceType.IsGenericTypeDefinition
        && service.ServiceType.GetGenericArguments().Append(service.ServiceType)
            .Any(type => Packages.Any(package => type.Assembly.GetName().Name == package.Data));

    private static IEnumerable<object> Resolve(IServiceProvider provider, ServiceDescriptor service) => service.IsKeyedService
        ? provider.GetKeyedServices(service.ServiceType, service.ServiceKey).OfType<object>()
        : provider.GetServices(service.ServiceType).OfType<object>();

    private static AuthenticationScheme InboundScheme => new("SxtBearer", null, typeof(IAuthenticationHandler));

    private static void AssertShowsNothing(string secret, params object[] targets)
    {
        foreach (var target in targets)
        {
            Assert.DoesNotContain(secret, Destructurer.Destructure(target), StringComparison.Ordinal);
            Assert.DoesNotContain(secret, Serialize(target), StringComparison.Ordinal);
            Assert.DoesNotContain(secret, target.ToString()!, StringComparison.Ordinal);
        }
    }

    /// <summary>What can't be serialized shows nothing either; but its message may.</summary>
    private static string Serialize(object target)
    {
        try
        {
            return JsonSerializer.Serialize(target, target.GetType(), Json);
        }
        catch (Exception failure) when (failure is NotSupportedException or InvalidOperationException or JsonException)
        {
            return failure.ToString();
        }
    }

    private sealed class SxtTokenRefusedExceptionDouble : Exception;
}
