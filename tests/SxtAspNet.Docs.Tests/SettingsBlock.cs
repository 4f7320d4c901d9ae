using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SxtAspNet.Redis;
using SxtAspNet.Tests.Schema;

namespace SxtAspNet.Docs.Tests;

/// <summary>
/// Settings that a page prints: a whole appsettings.json, some of its sections, or some settings of an identity. They have to fit the packages'
/// schemas, which know each name, and to be bound and found valid as an app does it.
/// </summary>
internal static class SettingsBlock
{
    private const string Bearer = $"Authentication:Schemes:{SxtBearerDefaults.AuthenticationScheme}";

    /// <summary>The sections that a block may have: ours, and those of .NET that something here reads too.</summary>
    private static readonly string[] Sections = ["Sxt", "SxtRedis", "Authentication", "ConnectionStrings", "Logging"];

    /// <summary>What pages print without the section `Sxt` around it.</summary>
    private static readonly string[] OfIdentity = ["Keys", "Seal"];

    private static readonly PackedSchema Schema = new("SxtAspNet", "SxtAspNet.AzureKeyVault", "SxtAspNet.Pkcs11");

    public static IEnumerable<string> Problems(string text)
    {
        try
        {
            var settings = JsonNode.Parse(text.TrimStart().StartsWith('{') ? text : $"{{ {text} }}")!.AsObject();
            if (settings.All(setting => OfIdentity.Contains(setting.Key)))
            {
                settings.Add("UserId", "orders-service");
                settings = new JsonObject { ["Sxt"] = settings };
            }

            return Problems(settings);
        }
        catch (OptionsValidationException exception)
        {
            return exception.Failures;
        }
        catch (Exception exception) when (exception is JsonException or FormatException or InvalidDataException or InvalidOperationException)
        {
            return [exception.Message];
        }
    }

    /// <summary>The same of environment variables, such as Sxt__Keys__0__File.</summary>
    public static IEnumerable<string> Problems(IEnumerable<KeyValuePair<string, string>> variables)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(variables.Select(variable => KeyValuePair.Create(variable.Key.Replace("__", ":", StringComparison.Ordinal), (string?)variable.Value)))
            .Build();
        return Problems(Node(configuration)!.ToJsonString());
    }

    private static JsonNode? Node(IConfiguration section)
    {
        var children = section.GetChildren().ToArray();
        return children.Length == 0 ? JsonValue.Create((section as IConfigurationSection)?.Value)
            : children.All(child => int.TryParse(child.Key, out _)) ? new JsonArray([.. children.Select(Node)])
            : new JsonObject(children.Select(child => KeyValuePair.Create(child.Key, Node(child))));
    }

    private static List<string> Problems(JsonObject settings)
    {
        List<string> problems = [.. settings.Where(setting => !Sections.Contains(setting.Key)).Select(setting => $"'{setting.Key}' is no section that an app reads")];
        var json = settings.ToJsonString();
        if (!Schema.Accepts(json))
        {
            problems.Add("the packages' ConfigurationSchema.json refuse it: is a name misspelt?");
        }

        var configuration = new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build();
        problems.AddRange(configuration.GetSection("Authentication").AsEnumerable()
            .Where(setting => setting.Value is not null && !setting.Key.StartsWith($"{Bearer}:", StringComparison.Ordinal))
            .Select(setting => $"{setting.Key} is not in {Bearer}"));
        Validate(configuration);
        return problems;
    }

    /// <exception cref="OptionsValidationException">Settings are wrong.</exception>
    /// <exception cref="InvalidOperationException">Settings can't be bound.</exception>
    private static void Validate(IConfiguration configuration)
    {
        var services = new ServiceCollection();
        services.AddSingleton(configuration);
        services.AddLogging(logging => logging.AddConfiguration(configuration.GetSection("Logging")));
        services.AddAuthentication().AddSxtBearer();
        services.AddSxt(configuration.GetSection("Sxt")).AddAzureKeyVault().AddPkcs11().AddRedis(redis =>
        {
            redis.ConnectionStringName = "redis";
            configuration.GetSection("SxtRedis").Bind(redis, binder => binder.ErrorOnUnknownConfiguration = true);
        });
        using var provider = services.BuildServiceProvider();
        _ = provider.GetRequiredService<IOptions<LoggerFilterOptions>>().Value;
        Get<SxtOptions>("Sxt", Options.DefaultName);
        Get<SxtRedisOptions>("SxtRedis", Options.DefaultName);
        Get<SxtRedisOptions>("ConnectionStrings", Options.DefaultName);
        Get<SxtBearerOptions>(Bearer, SxtBearerDefaults.AuthenticationScheme);

        void Get<T>(string section, string name)
        {
            if (configuration.GetSection(section).Exists())
            {
                _ = provider.GetRequiredService<IOptionsMonitor<T>>().Get(name);
            }
        }
    }
}
