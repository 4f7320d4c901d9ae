using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace SxtAspNet.DependencyInjection;

/// <summary>Finds the traps of configuration binding: misspelt names, values of a wrong form, a list given as one value.</summary>
internal sealed partial class ConfigurationCheck
{
    private static readonly Setting Text = Setting.Value("text", _ => true);
    private static readonly Setting Url = Setting.Value("a URL", value => Uri.TryCreate(value, UriKind.Absolute, out _));
    private static readonly Setting Switch = Setting.Value("true or false", value => bool.TryParse(value, out _));
    private static readonly Setting Duration = Setting.Value(
        "a time span such as \"00:05:00\" for five minutes",
        value => (value.Contains(':') || value == "0") && TimeSpan.TryParse(value, CultureInfo.InvariantCulture, out _));

    private static readonly Setting StartupChoice = Setting.Value(
        $"one of {string.Join(", ", Enum.GetNames<SxtLoginAtStartup>())}",
        value => Enum.TryParse<SxtLoginAtStartup>(value, ignoreCase: true, out var choice) && Enum.IsDefined(choice));

    private static readonly Setting KeyEntry = Setting.Object(new()
    {
        [nameof(SxtKeyOptions.File)] = Text,
        [nameof(SxtKeyOptions.Password)] = Text,
        [nameof(SxtKeyOptions.PasswordFile)] = Text,
        [nameof(SxtKeyOptions.RequirePrivateFile)] = Switch,
        [nameof(SxtKeyOptions.AzureKeyVault)] = Setting.Object(new()
        {
            [nameof(SxtAzureKeyVaultKeyOptions.VaultUri)] = Url,
            [nameof(SxtAzureKeyVaultKeyOptions.Secret)] = Text,
            [nameof(SxtAzureKeyVaultKeyOptions.Version)] = Text,
            [nameof(SxtAzureKeyVaultKeyOptions.ManagedIdentityClientId)] = Text,
            [nameof(SxtAzureKeyVaultKeyOptions.TenantId)] = Text,
        }),
    });

    private static readonly Setting Root = Setting.Object(new()
    {
        [nameof(SxtOptions.GatewayUrl)] = Url,
        [nameof(SxtOptions.UserId)] = Text,
        [nameof(SxtOptions.Keys)] = Setting.List("a list of objects: \"Keys\": [ { \"File\": \"…\" } ]", KeyEntry),
        [nameof(SxtOptions.AllowedOrigins)] = Setting.List("a list of URLs: \"AllowedOrigins\": [ \"https://…\" ]", Url),
        [nameof(SxtOptions.RenewBefore)] = Duration,
        [nameof(SxtOptions.RenewJitter)] = Duration,
        [nameof(SxtOptions.GatewayTimeout)] = Duration,
        [nameof(SxtOptions.KeyTimeout)] = Duration,
        [nameof(SxtOptions.AcquireTimeout)] = Duration,
        [nameof(SxtOptions.StoreTimeout)] = Duration,
        [nameof(SxtOptions.StorePollInterval)] = Duration,
        [nameof(SxtOptions.ReplayOnUnauthorized)] = Switch,
        [nameof(SxtOptions.LoginAtStartup)] = StartupChoice,
        [nameof(SxtOptions.KeepKeyInMemory)] = Switch,
    });

    private readonly int _prefixLength;

    private ConfigurationCheck(int prefixLength) => _prefixLength = prefixLength;

    /// <summary>One sentence each: which setting, what is wrong, what to do.</summary>
    public List<string> Problems { get; } = [];

    /// <summary>The values that can be bound, with keys relative to the section.</summary>
    public Dictionary<string, string?> SoundValues { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>The names of the settings; a test holds them against the options' properties.</summary>
    internal static IEnumerable<string> SettingNames => Root.Members!.Keys;

    public static ConfigurationCheck Run(IConfiguration configuration)
    {
        var path = (configuration as IConfigurationSection)?.Path;
        var check = new ConfigurationCheck(path is null ? 0 : path.Length + 1);
        if (path is not null && !configuration.GetChildren().Any())
        {
            check.Problems.Add((configuration as IConfigurationSection)?.Value is null
                ? $"The section '{path}' is missing or empty."
                : $"'{path}' must be {Root.Form}, but is a single value.");
        }

        if (path is null && configuration.GetChildren().Any(child => !Root.Members!.ContainsKey(child.Key)))
        {
            check.Problems.Add("AddSxt was given a whole configuration, with much that is no setting of it; give it a section, "
                + "for example builder.Configuration.GetSection(\"Sxt\").");
            return check;
        }

        check.CheckMembers(configuration, Root.Members!, path);
        return check;
    }

    private void Check(IConfigurationSection section, Setting setting)
    {
        var children = section.GetChildren().ToArray();
        if (setting.IsValid is { } isValid)
        {
            if (children.Length > 0)
            {
                Problems.Add($"'{section.Path}' must be {setting.Form}, but has settings below it.");
            }
            else if (!string.IsNullOrEmpty(section.Value))
            {
                CheckValue(section, setting, isValid);
            }
        }
        else if (!string.IsNullOrEmpty(section.Value) && children.Length == 0)
        {
            Problems.Add($"'{section.Path}' must be {setting.Form}, but is a single value.");
        }
        else if (setting.Members is { } members)
        {
            CheckMembers(section, members, section.Path);
        }
        else
        {
            foreach (var child in children)
            {
                CheckElement(child, setting);
            }
        }
    }

    private void CheckElement(IConfigurationSection element, Setting list)
    {
        if (int.TryParse(element.Key, NumberStyles.None, CultureInfo.InvariantCulture, out _))
        {
            Check(element, list.Element!);
        }
        else
        {
            Problems.Add($"'{element.Path}': its parent must be {list.Form}.");
        }
    }

    private void CheckMembers(IConfiguration section, Dictionary<string, Setting> members, string? path)
    {
        foreach (var child in section.GetChildren())
        {
            if (members.TryGetValue(child.Key, out var member))
            {
                Check(child, member);
            }
            else
            {
                Problems.Add($"'{child.Path}' is not a setting. Those of '{path}' are: {string.Join(", ", members.Keys)}.");
            }
        }
    }

    private void CheckValue(IConfigurationSection section, Setting setting, Func<string, bool> isValid)
    {
        var value = section.Value!;
        if (isValid(value))
        {
            SoundValues[section.Path[_prefixLength..]] = value;
        }
        else if (ReferenceEquals(setting, Duration) && double.TryParse(value, CultureInfo.InvariantCulture, out _))
        {
            Problems.Add($"'{section.Path}' is \"{value}\", a number without a unit, which .NET reads as days; write {setting.Form}.");
        }
        else
        {
            // No value is quoted that could be a secret put into the wrong place.
            Problems.Add($"'{section.Path}' must be {setting.Form}.");
        }
    }

    /// <summary>What a setting looks like: a value, a list of elements, or an object of members.</summary>
    private sealed class Setting
    {
        private Setting(string form) => Form = form;

        public string Form { get; }

        public Func<string, bool>? IsValid { get; private init; }

        public Setting? Element { get; private init; }

        public Dictionary<string, Setting>? Members { get; private init; }

        public static Setting Value(string form, Func<string, bool> isValid) => new(form) { IsValid = isValid };

        public static Setting List(string form, Setting element) => new(form) { Element = element };

        public static Setting Object(Dictionary<string, Setting> members) =>
            new("an object") { Members = new(members, StringComparer.OrdinalIgnoreCase) };
    }
}
