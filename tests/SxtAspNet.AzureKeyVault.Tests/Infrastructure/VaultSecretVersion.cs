using System.Text.Json.Nodes;

namespace SxtAspNet.AzureKeyVault.Tests.Infrastructure;

/// <summary>One version of a secret, as the vault keeps it.</summary>
internal sealed class VaultSecretVersion(string value, DateTimeOffset created)
{
    // The vault lists versions in the order of their ids, which are random: not that of time.
    public string Id { get; } = Guid.NewGuid().ToString("N");

    public bool IsEnabled { get; set; } = true;

    public DateTimeOffset Created => created;

    public DateTimeOffset? NotBefore { get; set; }

    public DateTimeOffset? Expires { get; set; }

    public Dictionary<string, string> Tags { get; } = [];

    /// <summary>What the vault tells: all of it, or, in lists, all but the value.</summary>
    public JsonObject ToJson(Uri secretUri, bool withValue)
    {
        var json = new JsonObject
        {
            ["id"] = $"{secretUri}/{Id}",
            ["attributes"] = new JsonObject
            {
                ["enabled"] = IsEnabled,
                ["nbf"] = NotBefore?.ToUnixTimeSeconds(),
                ["exp"] = Expires?.ToUnixTimeSeconds(),
                ["created"] = created.ToUnixTimeSeconds(),
                ["updated"] = created.ToUnixTimeSeconds(),
                ["recoveryLevel"] = "Recoverable+Purgeable",
            },
            ["tags"] = new JsonObject(Tags.Select(tag => KeyValuePair.Create<string, JsonNode?>(tag.Key, tag.Value))),
        };
        foreach (var absent in json["attributes"]!.AsObject().Where(pair => pair.Value is null).Select(pair => pair.Key).ToArray())
        {
            json["attributes"]!.AsObject().Remove(absent);
        }

        if (withValue)
        {
            json["value"] = value;
        }

        return json;
    }
}
