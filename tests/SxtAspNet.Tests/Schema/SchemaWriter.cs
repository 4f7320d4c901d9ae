using System.Globalization;
using System.Reflection;
using System.Text.Json.Nodes;
using SxtAspNet.DependencyInjection;

namespace SxtAspNet.Tests.Schema;

/// <summary>Describes the settings of an options type: those that the configuration reader knows, with the options' own words, defaults and limits.</summary>
/// <param name="entry">What an element of a list of keys is.</param>
internal sealed class SchemaWriter(JsonObject entry)
{
    private readonly Dictionary<string, (TimeSpan Least, TimeSpan Most)> _times = [];
    private readonly Dictionary<string, (int Least, int Most)> _counts = [];
    private readonly Dictionary<string, JsonObject> _rules = [];

    public SchemaWriter Limit<TOptions>(IEnumerable<OptionLimit<TOptions, TimeSpan>> limits)
    {
        foreach (var limit in limits)
        {
            _times.Add(limit.Setting, (limit.Least, limit.Most));
        }

        return this;
    }

    public SchemaWriter Limit<TOptions>(IEnumerable<OptionLimit<TOptions, int>> limits)
    {
        foreach (var limit in limits)
        {
            _counts.Add(limit.Setting, (limit.Least, limit.Most));
        }

        return this;
    }

    public SchemaWriter Limit(string setting, int least, int most)
    {
        _counts.Add(setting, (least, most));
        return this;
    }

    /// <summary>What the validation demands of one setting besides.</summary>
    public SchemaWriter Rule(string setting, JsonObject rule)
    {
        _rules.Add(setting, rule);
        return this;
    }

    public JsonObject Describe<T>(Setting setting)
        where T : class, new()
    {
        var docs = new XmlDocs(typeof(T).Assembly);
        var defaults = new T();
        var properties = new JsonObject();
        foreach (var name in setting.Members!.Keys)
        {
            // A kind of keys of another package has no property here; that package describes it.
            if (typeof(T).GetProperty(name, BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
                is not { } property && (property = typeof(T).GetProperty(name)) is null)
            {
                continue;
            }

            var schema = Of(name, property.PropertyType);
            if (docs.Summary(property) is { } summary)
            {
                schema.Insert(0, "description", summary + Range(name));
            }

            if (Default(property.GetValue(defaults)) is { } value)
            {
                schema["default"] = value;
            }

            properties[name] = schema;
        }

        return new JsonObject { ["type"] = "object", ["properties"] = properties, ["additionalProperties"] = false };
    }

    private JsonObject Of(string name, Type type)
    {
        var schema = Nullable.GetUnderlyingType(type) is { } underlying ? Of(name, underlying) : type switch
        {
            _ when type == typeof(string) => new JsonObject { ["type"] = "string" },
            _ when type == typeof(Uri) => new JsonObject { ["type"] = "string", ["format"] = "uri", ["pattern"] = Patterns.Url },
            _ when type == typeof(bool) => new JsonObject { ["type"] = new JsonArray("boolean", "string"), ["pattern"] = Patterns.AnyCase("true", "false") },
            _ when type == typeof(int) => Number(name),
            _ when type == typeof(TimeSpan) => Time(name),
            { IsEnum: true } => Choice(type),
            { IsGenericType: true } => new JsonObject { ["type"] = "array", ["items"] = Element(type.GenericTypeArguments[0]) },
            _ => throw new NotSupportedException($"{name} is a {type}, which the schema has no form for."),
        };
        foreach (var (keyword, value) in _rules.GetValueOrDefault(name) ?? [])
        {
            schema[keyword] = value?.DeepClone();
        }

        return schema;
    }

    private JsonNode Element(Type type) =>
        type == typeof(SxtKeyOptions) ? entry.DeepClone()
        : type == typeof(Uri) ? new JsonObject { ["type"] = "string", ["format"] = "uri", ["pattern"] = Patterns.Origin }
        : new JsonObject { ["type"] = "string", ["pattern"] = "^\\S+$" };

    private JsonObject Number(string name)
    {
        var (least, most) = _counts[name];
        return new JsonObject
        {
            ["type"] = new JsonArray("integer", "string"),
            ["minimum"] = least,
            ["maximum"] = most,
            ["pattern"] = least > 0 ? "^0*[1-9][0-9]*$" : "^[0-9]+$",
        };
    }

    private JsonObject Time(string name)
    {
        var (least, most) = _times[name];
        var schema = new JsonObject { ["type"] = "string", ["pattern"] = Patterns.TimeUpTo(most) };
        if (least > TimeSpan.Zero)
        {
            schema["not"] = new JsonObject { ["pattern"] = Patterns.NoTime };
        }

        return schema;
    }

    /// <summary>Editors offer the names; the reader takes them in any case.</summary>
    private static JsonObject Choice(Type type) => new()
    {
        ["anyOf"] = new JsonArray(
            new JsonObject { ["enum"] = new JsonArray([.. Enum.GetNames(type).Select(name => (JsonNode)name)]) },
            new JsonObject { ["type"] = "string", ["pattern"] = Patterns.AnyCase(Enum.GetNames(type)) }),
    };

    private string Range(string name) =>
        _times.TryGetValue(name, out var time) ? FormattableString.Invariant($" From {time.Least:c} to {time.Most:c}.")
        : _counts.TryGetValue(name, out var count) ? FormattableString.Invariant($" From {count.Least} to {count.Most}.")
        : "";

    private static JsonNode? Default(object? value) => value switch
    {
        string { Length: > 0 } text => text,
        Uri url => url.OriginalString,
        bool flag => flag,
        int number => number,
        TimeSpan time => time.ToString("c", CultureInfo.InvariantCulture),
        Enum choice => choice.ToString(),
        _ => null,
    };
}
