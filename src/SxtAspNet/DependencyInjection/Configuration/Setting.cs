using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;

namespace SxtAspNet.DependencyInjection;

/// <summary>
/// What a setting looks like in configuration: a value, a list of elements, or an object of members. It is derived from the
/// options' types, so that no option is written down a second time.
/// </summary>
internal sealed class Setting
{
    private static readonly Dictionary<Type, Setting> Values = new()
    {
        [typeof(string)] = Value("text", "texts", "\"…\"", text => text),
        [typeof(Uri)] = Value(
            "a URL, for example \"https://gateway.example.com\"", "URLs", "\"https://…\"",
            text => Uri.TryCreate(text, UriKind.Absolute, out var url) ? url : null,
            isAddress: true),
        [typeof(bool)] = Value("true or false", "", "", text => bool.TryParse(text, out var value) ? value : null),
        [typeof(int)] = Value(
            "a whole number", "whole numbers", "1",
            text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null),
        [typeof(TimeSpan)] = Value("a time span such as \"00:05:00\" for five minutes", "time spans", "\"00:05:00\"", ParseTime),
    };

    private Setting(string form) => Form = form;

    /// <summary>What it must be, for messages.</summary>
    public string Form { get; }

    /// <summary>Reads a value; <see langword="null"/> when the text has not the form of one.</summary>
    public Func<string, object?>? Parse { get; private init; }

    /// <summary>Whether it is a URL.</summary>
    public bool IsAddress { get; private init; }

    /// <summary>What the elements of a list are.</summary>
    public Setting? Element { get; private init; }

    /// <summary>What an object has; empty when nothing is known about its members.</summary>
    public Dictionary<string, SettingMember>? Members { get; private init; }

    /// <summary>Makes an object without members set.</summary>
    public Func<object>? Create { get; private init; }

    /// <summary>The example of a value, for the message about a list.</summary>
    private string Example { get; init; } = "";

    /// <summary>Several of these, for the message about a list.</summary>
    private string Plural { get; init; } = "objects";

    /// <summary>An object whose members are those public properties of a type that a configuration can hold.</summary>
    /// <param name="known">Lists and objects of other types that may be among them.</param>
    public static Setting Of<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] T>(
        params IEnumerable<KeyValuePair<Type, Setting>> known)
        where T : class, new()
    {
        var types = known.ToDictionary();
        var members = new Dictionary<string, SettingMember>(StringComparer.OrdinalIgnoreCase);
        foreach (var property in typeof(T).GetProperties(BindingFlags.Public | BindingFlags.Instance))
        {
            if (Find(property, types) is { } setting && (setting.Element is not null || property.SetMethod is { IsPublic: true }))
            {
                members[property.Name] = new SettingMember(property.Name, setting, property.GetValue, property.SetValue);
            }
        }

        var text = members.Values.FirstOrDefault(member => member.Setting.Parse is not null);
        return new Setting("an object")
        {
            Members = members,
            Create = static () => new T(),
            Example = text is null ? "{ … }" : $"{{ \"{text.Name}\": \"…\" }}",
        };
    }

    /// <summary>An object about whose members nothing is known.</summary>
    public static Setting Opaque(Func<object> create) => new("an object") { Members = [], Create = create };

    /// <summary>All values of an object as one text, to tell whether two are the same.</summary>
    public string Identify(object target) => string.Join('\n', Members!.Values.Select(member => member.Get(target) switch
    {
        null => "",
        { } value when member.Setting.Members is not null => $"{{{member.Setting.Identify(value)}}}",
        System.Collections.IEnumerable list and not string => string.Join(',', list.Cast<object>()),
        { } value => Convert.ToString(value, CultureInfo.InvariantCulture),
    }));

    private static Setting? Find(PropertyInfo property, Dictionary<Type, Setting> known)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        return known.GetValueOrDefault(type)
            ?? Values.GetValueOrDefault(type)
            ?? (type.IsEnum ? Choice(type) : ListOf(property, known));
    }

    private static Setting? ListOf(PropertyInfo property, Dictionary<Type, Setting> known)
    {
        if (!property.PropertyType.IsGenericType || property.PropertyType.GetGenericTypeDefinition() != typeof(IList<>))
        {
            return null;
        }

        var type = property.PropertyType.GenericTypeArguments[0];
        return (known.GetValueOrDefault(type) ?? Values.GetValueOrDefault(type)) is { } element
            ? new Setting($"a list of {element.Plural}: \"{property.Name}\": [ {element.Example} ]") { Element = element }
            : null;
    }

    private static Setting Choice(Type type) => Value(
        $"one of {string.Join(", ", Enum.GetNames(type))}", "", "",
        text => Enum.TryParse(type, text, ignoreCase: true, out var choice) && Enum.IsDefined(type, choice) ? choice : null);

    private static Setting Value(string form, string plural, string example, Func<string, object?> parse, bool isAddress = false) =>
        new(form) { Parse = parse, Plural = plural, Example = example, IsAddress = isAddress };

    /// <summary>Not a number without a unit, which .NET reads as days.</summary>
    private static object? ParseTime(string text) =>
        (text.Contains(':') || text == "0") && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time) ? time : null;
}

/// <summary>A member of an object: how its value is read from the options and set in them.</summary>
internal sealed record SettingMember(string Name, Setting Setting, Func<object, object?> Get, Action<object, object?> Set);
