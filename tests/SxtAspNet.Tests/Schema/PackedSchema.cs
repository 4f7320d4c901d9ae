using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;

namespace SxtAspNet.Tests.Schema;

/// <summary>The schema files of some packages, merged as editors merge those of an app.</summary>
internal sealed class PackedSchema(params string[] packages)
{
    private readonly JsonSchema _schema = JsonSchema.FromText(Merge(packages).ToJsonString());

    public static string PathOf(string package) =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", "..", "src", package, "ConfigurationSchema.json"));

    public bool Accepts(string json)
    {
        using var document = JsonDocument.Parse(json);
        return _schema.Evaluate(document.RootElement).IsValid;
    }

    private static JsonObject Merge(string[] packages)
    {
        var merged = new JsonObject { ["$schema"] = "http://json-schema.org/draft-07/schema#" };
        foreach (var package in packages)
        {
            Add(merged, JsonNode.Parse(File.ReadAllText(PathOf(package)))!.AsObject());
        }

        return merged;
    }

    private static void Add(JsonObject target, JsonObject source)
    {
        foreach (var (name, value) in source)
        {
            if (target[name] is JsonObject known && value is JsonObject more)
            {
                Add(known, more);
            }
            else
            {
                target[name] = value?.DeepClone();
            }
        }
    }

    private static string Here([CallerFilePath] string file = "") => file;
}
