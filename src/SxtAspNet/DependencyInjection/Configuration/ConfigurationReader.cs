using System.Collections;
using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace SxtAspNet.DependencyInjection;

/// <summary>
/// Sets options by a configuration, and finds what a binder would silently ignore or stumble over: misspelt names, values of
/// a wrong form, a list given as one value. What is sound is set all the same, so that the validation can tell all
/// problems at once.
/// </summary>
internal sealed class ConfigurationReader
{
    private readonly List<string> _problems = [];

    private ConfigurationReader()
    {
    }

    /// <summary>Reads the section of an identity, of which all may be set in code too.</summary>
    /// <returns>One sentence for each problem: which setting, what is wrong, what to do.</returns>
    public static IReadOnlyList<string> Read(IConfiguration configuration, Setting root, object options)
    {
        if (configuration is not IConfigurationSection section)
        {
            return configuration.GetChildren().All(child => root.Members!.ContainsKey(child.Key))
                ? ReadOptional(configuration, root, options)
                : ["AddSxt was given a whole configuration, with much that is no setting of it; give it a section, "
                    + "for example builder.Configuration.GetSection(\"Sxt\")."];
        }

        return ReadOptional(section, root, options);
    }

    /// <summary>Whether a section is not there, or there is nothing in it.</summary>
    public static bool IsMissing(IConfiguration configuration) =>
        configuration is IConfigurationSection { Value: null } section && !section.GetChildren().Any();

    /// <summary>Reads a section that may be missing: code may set all options.</summary>
    public static IReadOnlyList<string> ReadOptional(IConfiguration configuration, Setting root, object options)
    {
        var reader = new ConfigurationReader();
        if (configuration is not IConfigurationSection section)
        {
            reader.ReadMembers(configuration, path: null, root, options);
        }
        else if (reader.IsObject(section, root) || section.Value is { Length: 0 })
        {
            reader.ReadMembers(section, section.Path, root, options);
        }

        return reader._problems;
    }

    /// <returns>Whether anything was set.</returns>
    private bool ReadMembers(IConfiguration section, string? path, Setting setting, object target)
    {
        var isAnySet = false;
        foreach (var child in section.GetChildren())
        {
            if (setting.Members!.TryGetValue(child.Key, out var member))
            {
                isAnySet |= ReadMember(child, member, target);
            }
            else
            {
                var nearest = Nearest.To(child.Key, setting.Members.Keys, name => name);
                _problems.Add($"'{child.Path}' is not a setting{(nearest is null ? "." : $"; did you mean {nearest}?")} "
                    + $"Those of '{path}' are: {string.Join(", ", setting.Members.Keys)}.");
            }
        }

        return isAnySet;
    }

    private bool ReadMember(IConfigurationSection section, SettingMember member, object target)
    {
        if (member.Setting.Element is not null)
        {
            return ReadList(section, member.Setting, (IList)member.Get(target)!);
        }

        if (!TryRead(section, member.Setting, out var value))
        {
            return false;
        }

        member.Set(target, value);
        return true;
    }

    private bool ReadList(IConfigurationSection section, Setting list, IList target)
    {
        var isAnyAdded = false;
        if (!section.GetChildren().Any())
        {
            if (!string.IsNullOrEmpty(section.Value))
            {
                _problems.Add($"'{section.Path}' must be {list.Form}, but is a single value.");
            }

            return false;
        }

        foreach (var element in section.GetChildren())
        {
            if (!int.TryParse(element.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _))
            {
                _problems.Add($"'{element.Path}': its parent must be {list.Form}.");
            }
            else if (TryRead(element, list.Element!, out var value))
            {
                target.Add(value);
                isAnyAdded = true;
            }
        }

        return isAnyAdded;
    }

    private bool TryRead(IConfigurationSection section, Setting setting, out object? value)
    {
        value = null;
        if (setting.Parse is not null)
        {
            return TryReadValue(section, setting, out value);
        }

        if (!IsObject(section, setting))
        {
            return false;
        }

        value = setting.Create!();
        return setting.Members!.Count == 0 || ReadMembers(section, section.Path, setting, value);
    }

    private bool TryReadValue(IConfigurationSection section, Setting setting, out object? value)
    {
        value = null;
        if (section.GetChildren().Any())
        {
            _problems.Add($"'{section.Path}' must be {setting.Form}, but has settings below it.");
            return false;
        }

        if (string.IsNullOrEmpty(section.Value))
        {
            return false;
        }

        value = setting.Parse!(section.Value);
        if (value is null)
        {
            // No value is quoted that could be a secret put into the wrong place; a number is none.
            _problems.Add(double.TryParse(section.Value, CultureInfo.InvariantCulture, out _) && setting.Form.StartsWith("a time span", StringComparison.Ordinal)
                ? $"'{section.Path}' is \"{section.Value}\", a number without a unit, which .NET reads as days; write {setting.Form}."
                : $"{(setting.IsAddress ? OptionRules.Subject($"'{section.Path}'", section.Value) : $"'{section.Path}'")} must be {setting.Form}.");
        }

        return value is not null;
    }

    private bool IsObject(IConfigurationSection section, Setting setting)
    {
        if (section.GetChildren().Any())
        {
            return true;
        }

        if (!string.IsNullOrEmpty(section.Value))
        {
            _problems.Add($"'{section.Path}' must be {setting.Form}, but is a single value.");
        }

        return false;
    }
}
