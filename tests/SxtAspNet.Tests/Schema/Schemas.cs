using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Authentication;
using SxtAspNet.DependencyInjection;

namespace SxtAspNet.Tests.Schema;

/// <summary>The schema of each package's settings. Editors merge those of all packages of an app.</summary>
/// <remarks>Nothing is required: what one file lacks may be in another one, in a user secret or in an environment variable.</remarks>
internal static class Schemas
{
    private const string Entry = "sxtKey";

    public static JsonObject Core()
    {
        var reference = new JsonObject { ["$ref"] = $"#/definitions/{Entry}" };
        var identity = new SchemaWriter(reference)
            .Limit(ValidateSxtOptions.TimeLimits)
            .Limit(nameof(SxtOptions.MaxReplayBufferSize), 0, ValidateSxtOptions.MostReplayBuffer)
            .Rule(nameof(SxtOptions.UserId), new JsonObject { ["pattern"] = "^\\S*$" })
            .Rule(nameof(SxtOptions.Seal), new JsonObject
            {
                ["items"] = new JsonObject
                {
                    ["allOf"] = new JsonArray(reference.DeepClone(), Without(nameof(SxtKeyOptions.ApiKey), nameof(SxtKeyOptions.Password), nameof(SxtKeyOptions.PasswordFile))),
                },
            })
            .Describe<SxtOptions>(Setting.Of<SxtOptions>(KeyValuePair.Create(typeof(SxtKeyOptions), Setting.Of<SxtKeyOptions>())));
        identity.Insert(1, "description", "A Space and Time identity: whom to log in as, with which keys, at which gateway, and when to renew.");
        var scheme = Bearer();
        return new JsonObject
        {
            ["type"] = "object",
            ["definitions"] = new JsonObject { [Entry] = KeyEntry() },
            ["properties"] = new JsonObject
            {
                ["Sxt"] = identity,
                ["Authentication"] = Object("Schemes", Object(SxtBearerDefaults.AuthenticationScheme, scheme)),
            },
        };
    }

    public static JsonObject AzureKeyVault()
    {
        var name = new JsonObject { ["pattern"] = Patterns.VaultName };
        var tenant = new JsonObject { ["pattern"] = "^[0-9A-Za-z.-]{1,127}$" };
        SchemaWriter Writer() => new SchemaWriter([])
            .Rule("VaultUri", new JsonObject { ["pattern"] = Patterns.Vault })
            .Rule("Secret", name)
            .Rule("Key", name)
            .Rule("Version", name)
            .Rule("ManagedIdentityClientId", name)
            .Rule("TenantId", tenant);
        return Kinds(
            ("AzureKeyVault", Writer().Describe<SxtAzureKeyVaultKeyOptions>(Setting.Of<SxtAzureKeyVaultKeyOptions>()),
                "A secret in Azure Key Vault that holds a signing key or an API key; AddAzureKeyVault() opens it.",
                ["File", "ApiKey", "Password", "PasswordFile", "UnwrapWith", "Pkcs11"]),
            ("UnwrapWith", Writer().Describe<SxtUnwrapWithOptions>(Setting.Of<SxtUnwrapWithOptions>()),
                "The RSA key in Azure Key Vault that unwraps the key in File; AddAzureKeyVault() opens it.",
                ["ApiKey", "Password", "PasswordFile", "AzureKeyVault", "Pkcs11"]));
    }

    public static JsonObject Pkcs11()
    {
        var device = new SchemaWriter([])
            .Rule("Slot", new JsonObject { ["pattern"] = "^([0-9]+|0[Xx][0-9A-Fa-f]+)$" })
            .Rule("KeyId", new JsonObject { ["pattern"] = "^([0-9A-Fa-f]{2})+$" })
            .Describe<SxtPkcs11KeyOptions>(Setting.Of<SxtPkcs11KeyOptions>());
        device["dependencies"] = new JsonObject { ["Slot"] = Without("TokenLabel") };
        return Kinds(("Pkcs11", device, "A key in an HSM, a smart card or a token with a PKCS#11 module; AddPkcs11() opens it.",
            ["File", "ApiKey", "Password", "PasswordFile", "AzureKeyVault", "UnwrapWith"]));
    }

    private static JsonObject KeyEntry()
    {
        var entry = new SchemaWriter([])
            .Rule(nameof(SxtKeyOptions.File), new JsonObject { ["not"] = new JsonObject { ["pattern"] = "^\\s*sxt_|^\\s+$" } })
            .Rule(nameof(SxtKeyOptions.ApiKey), new JsonObject { ["pattern"] = "^\\s*sxt_[!-~]{16,508}\\s*$" })
            .Describe<SxtKeyOptions>(Setting.Of<SxtKeyOptions>());
        entry["dependencies"] = new JsonObject
        {
            [nameof(SxtKeyOptions.ApiKey)] = Without(nameof(SxtKeyOptions.File), nameof(SxtKeyOptions.Password), nameof(SxtKeyOptions.PasswordFile)),
            [nameof(SxtKeyOptions.Password)] = Without(nameof(SxtKeyOptions.PasswordFile)),
        };
        return entry;
    }

    private static JsonObject Bearer()
    {
        // Of the settings that each scheme has, those that are no callbacks; ASP.NET Core describes them.
        var scheme = new SchemaWriter([])
            .Limit(ValidateSxtBearerOptions.TimeLimits)
            .Limit(ValidateSxtBearerOptions.CountLimits)
            .Describe<SxtBearerOptions>(ConfigureSxtBearerOptions.Settings);
        foreach (var property in typeof(AuthenticationSchemeOptions).GetProperties().Select(property => property.Name))
        {
            if (scheme["properties"]![property] is JsonObject inherited)
            {
                inherited.Insert(0, "description", $"See AuthenticationSchemeOptions.{property} of ASP.NET Core.");
            }
        }

        scheme.Insert(1, "description", "Who may call this app with a Space and Time token, and how the tokens are validated.");
        scheme["not"] = new JsonObject
        {
            ["required"] = new JsonArray(nameof(SxtBearerOptions.AllowAnyUser)),
            ["properties"] = new JsonObject
            {
                [nameof(SxtBearerOptions.AllowAnyUser)] = new JsonObject { ["enum"] = new JsonArray(true, "true", "True") },
            },
            ["anyOf"] = new JsonArray(HasAny(nameof(SxtBearerOptions.AllowedUsers)), HasAny(nameof(SxtBearerOptions.AllowedSubscriptions))),
        };
        return scheme;
    }

    private static JsonObject Kinds(params (string Name, JsonObject Settings, string Description, string[] Without)[] kinds)
    {
        var (properties, dependencies) = (new JsonObject(), new JsonObject());
        foreach (var kind in kinds)
        {
            kind.Settings.Insert(1, "description", kind.Description);
            properties[kind.Name] = kind.Settings;
            dependencies[kind.Name] = Without(kind.Without);
        }

        return new JsonObject
        {
            ["type"] = "object",
            ["definitions"] = new JsonObject
            {
                [Entry] = new JsonObject { ["type"] = "object", ["properties"] = properties, ["dependencies"] = dependencies },
            },
        };
    }

    private static JsonObject Object(string name, JsonObject member) =>
        new() { ["type"] = "object", ["properties"] = new JsonObject { [name] = member } };

    private static JsonObject HasAny(string list) => new()
    {
        ["required"] = new JsonArray(list),
        ["properties"] = new JsonObject { [list] = new JsonObject { ["minItems"] = 1 } },
    };

    private static JsonObject Without(params string[] names) => new()
    {
        ["not"] = new JsonObject { ["anyOf"] = new JsonArray([.. names.Select(name => new JsonObject { ["required"] = new JsonArray(name) })]) },
    };
}
