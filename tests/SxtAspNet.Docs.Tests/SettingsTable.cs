using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace SxtAspNet.Docs.Tests;

/// <summary>The tables of docs/settings.md, as the configuration schemas of the packages have them.</summary>
internal static partial class SettingsTable
{
    private static readonly JsonObject Core = Schema("SxtAspNet");

    /// <summary>Each table's name on the page, and its text.</summary>
    public static IReadOnlyDictionary<string, string> All { get; } = new Dictionary<string, string>
    {
        ["Sxt"] = Write(Rows("", Properties(Core["properties"]!["Sxt"]!))),
        ["Sxt:Keys"] = Write(
        [
            .. Rows("", Properties(Core["definitions"]!["sxtKey"]!)),
            .. Rows("", Properties(Schema("SxtAspNet.AzureKeyVault")["definitions"]!["sxtKey"]!)),
            .. Rows("", Properties(Schema("SxtAspNet.Pkcs11")["definitions"]!["sxtKey"]!)),
        ]),
        ["Authentication:Schemes:SxtBearer"] = Write(Rows(
            "", Properties(Core["properties"]!["Authentication"]!["properties"]!["Schemes"]!["properties"]!["SxtBearer"]!))),
    };

    /// <summary>What the table's own column says.</summary>
    [GeneratedRegex(@" Default: (?!that).*?(?<!\d)\.(?= |$)")]
    private static partial Regex Default { get; }

    [GeneratedRegex(@"(\d\d:\d\d:\d\d\.\d*?[1-9])0+")]
    private static partial Regex Fraction { get; }

    private static JsonObject Schema(string package) =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(Page.Root, "src", package, "ConfigurationSchema.json")))!.AsObject();

    private static JsonObject Properties(JsonNode node) => node["properties"]!.AsObject();

    private static IEnumerable<(string Name, string Default, string Text)> Rows(string prefix, JsonObject properties)
    {
        foreach (var (name, schema) in properties)
        {
            if (schema!["properties"] is JsonObject inner)
            {
                foreach (var row in Rows($"{prefix}{name}:", inner))
                {
                    yield return row;
                }
            }
            else
            {
                yield return (prefix + name, Value(schema["default"]), Fraction.Replace(Default.Replace((string?)schema["description"] ?? "", ""), "$1"));
            }
        }
    }

    private static string Value(JsonNode? value) => value is null ? "" : $"`{value.ToString() switch { "True" => "true", "False" => "false", var text => text }}`";

    private static string Write(IEnumerable<(string Name, string Default, string Text)> rows)
    {
        var table = new StringBuilder("| Setting | Default | What it does |\n| --- | --- | --- |\n");
        foreach (var (name, standard, text) in rows)
        {
            table.Append(null, $"| `{name}` | {standard} | {text.Replace("|", "\\|", StringComparison.Ordinal)} |\n");
        }

        return table.ToString();
    }
}
