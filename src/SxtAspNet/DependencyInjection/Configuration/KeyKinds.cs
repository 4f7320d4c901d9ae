namespace SxtAspNet.DependencyInjection;

/// <summary>The kinds of key entries that an identity may have besides files, and all of its settings with them.</summary>
internal sealed class KeyKinds
{
    // Kinds of packages of ours: whoever forgets one is told its name, not that there is no such setting.
    private static readonly KeyPackage[] Packages =
    [
        new("AzureKeyVault", "SxtAspNet.AzureKeyVault", "AddAzureKeyVault()", "SxtAzureKeyVaultKeyOptions"),
        new("UnwrapWith", "SxtAspNet.AzureKeyVault", "AddAzureKeyVault()", "SxtUnwrapWithOptions", AddsToFile: true),
        new("Pkcs11", "SxtAspNet.Pkcs11", "AddPkcs11()", "SxtPkcs11KeyOptions", ReadsFiles: true),
    ];

    private readonly KeyKind[] _kinds;

    public KeyKinds(IEnumerable<KeyKind> kinds)
    {
        _kinds = [.. kinds];
        Entry = Setting.Of<SxtKeyOptions>();
        foreach (var member in _kinds.Select(kind => kind.Member).Concat(Packages.Where(IsMissing).Select(package => package.Member)))
        {
            Entry.Members![member.Name] = member;
        }

        Root = Setting.Of<SxtOptions>(KeyValuePair.Create(typeof(SxtKeyOptions), Entry));
    }

    /// <summary>The settings of an identity.</summary>
    public Setting Root { get; }

    /// <summary>The settings of one of its keys.</summary>
    public Setting Entry { get; }

    private IEnumerable<string> Names => _kinds.Select(kind => kind.Name).Concat(Packages.Where(IsMissing).Select(package => package.Kind));

    public void Check(string setting, SxtKeyOptions entry, List<string> problems)
    {
        var hasFile = !string.IsNullOrWhiteSpace(entry.File);
        var kinds = _kinds.Where(kind => kind.Handles(entry)).ToArray();
        var unknown = entry.Kinds.Except(kinds.Select(kind => kind.OptionsType)).ToArray();
        var missing = unknown.Select(type => PackageOf(type, entry)).OfType<KeyPackage>().ToArray();
        var adding = Array.Find(kinds, kind => kind.AddsToFile)?.Name ?? Array.Find(missing, package => package.AddsToFile)?.Kind;
        string[] places =
        [
            .. hasFile && adding is null ? [nameof(entry.File)] : Array.Empty<string>(),
            .. string.IsNullOrEmpty(entry.ApiKey) ? Array.Empty<string>() : [nameof(entry.ApiKey)],
            .. kinds.Select(kind => kind.Name),
            .. unknown.Select(type => NameOf(type, entry)),
        ];
        if (places.Length == 0)
        {
            problems.Add($"{setting} names no key; set {nameof(entry.File)} or {nameof(entry.ApiKey)} or {string.Join(" or ", Names)}.");
            return;
        }

        if (places.Length > 1)
        {
            problems.Add($"{setting} has both {string.Join(" and ", places)}. Were two configuration sources merged "
                + "(an environment variable such as Sxt__Keys__0__File adds to the entry of appsettings)? Give each its own index.");
            return;
        }

        CheckPassword(setting, entry, hasFile, adding, problems);
        CheckApiKey(setting, entry, problems);
        if (adding is not null && !hasFile)
        {
            problems.Add($"{setting}.{adding} goes with a {nameof(entry.File)}; set that too.");
        }
        else if (entry.RequirePrivateFile && !hasFile && !Array.Exists(kinds, kind => kind.ReadsFiles) && !Array.Exists(missing, package => package.ReadsFiles))
        {
            problems.Add($"{setting}.{nameof(entry.RequirePrivateFile)} has no effect, since this entry reads no file; remove it.");
        }

        problems.AddRange(kinds.SelectMany(kind => kind.Validate(setting, entry)));
        problems.AddRange(unknown.Where(type => type != typeof(ISxtKeySource)).Select(type => Missing(setting, type, entry)));
    }

    public void CheckSeal(string setting, SxtKeyOptions entry, List<string> problems)
    {
        var known = problems.Count;
        Check(setting, entry, problems);
        if (problems.Count > known)
        {
            return;
        }

        if (_kinds.FirstOrDefault(kind => kind.Handles(entry) && !kind.CanSeal) is { } unfit)
        {
            problems.Add($"{setting} is of the kind {unfit.Name}, which can hold a key, but no seal; use a {nameof(entry.File)} or a vault's secret.");
        }

        if (!string.IsNullOrEmpty(entry.ApiKey))
        {
            problems.Add($"{setting} is an {nameof(entry.ApiKey)}, which is no seal; make one with: dotnet sxt seal new FILE.");
        }

        if (entry.Source is not (null or ISxtSealSource))
        {
            problems.Add($"{setting}.Source ({entry.Source}) is no {nameof(ISxtSealSource)}, so it gives no seal; implement that too.");
        }

        if (entry.Password is not null || entry.PasswordFile is not null)
        {
            problems.Add($"{setting} has a password; a seal's {nameof(entry.File)} is not encrypted. Remove it.");
        }
    }

    private static void CheckPassword(string setting, SxtKeyOptions entry, bool hasFile, string? adding, List<string> problems)
    {
        string[] passwords =
        [
            .. entry.Password is null ? Array.Empty<string>() : [nameof(entry.Password)],
            .. entry.PasswordFile is null ? Array.Empty<string>() : [nameof(entry.PasswordFile)],
        ];
        var misfit = adding is not null ? $"{adding} does not use" : hasFile ? null : $"is for an encrypted {nameof(entry.File)} only";
        if (passwords.Length > 0 && misfit is not null)
        {
            problems.Add($"{setting} has a password, which {misfit}; remove {string.Join(" and ", passwords)}.");
        }
        else if (passwords.Length > 1)
        {
            problems.Add($"{setting} has both {string.Join(" and ", passwords)}; keep one.");
        }
    }

    /// <summary>What is wrong with an API key shows here already; what a file holds only when it is opened.</summary>
    private static void CheckApiKey(string setting, SxtKeyOptions entry, List<string> problems)
    {
        if (SxtApiKey.IsMeant(entry.File))
        {
            problems.Add($"{setting}.{nameof(entry.File)} is an API key, where the path of a file belongs; write it as {nameof(entry.ApiKey)}.");
        }

        if (string.IsNullOrEmpty(entry.ApiKey))
        {
            return;
        }

        try
        {
            SxtApiKey.FromValue(entry.ApiKey).Dispose();
        }
        catch (FormatException problem)
        {
            problems.Add($"{setting}.{nameof(entry.ApiKey)}: {problem.Message}");
        }
    }

    private static string NameOf(Type type, SxtKeyOptions entry) =>
        type == typeof(ISxtKeySource) ? "Source"
        : PackageOf(type, entry) is { } package ? package.Kind
        : type.Name;

    private static string Missing(string setting, Type type, SxtKeyOptions entry) => PackageOf(type, entry) is { } package
        ? $"{setting} is of the kind {package.Kind}; add the package {package.Name} and call AddSxt(...).{package.Call}."
        : $"{setting} is of a kind that this identity was not given ({type.Name} of {type.Assembly.GetName().Name}); "
            + "call the method that adds it after AddSxt(...).";

    /// <summary>The package that is missing: the configuration named its kind, or code set its options.</summary>
    private static KeyPackage? PackageOf(Type type, SxtKeyOptions entry) => type == typeof(KeyPackage)
        ? entry.GetKind<KeyPackage>()
        : Array.Find(Packages, package => package.Name == type.Assembly.GetName().Name && package.Options == type.Name);

    private bool IsMissing(KeyPackage package) => !Array.Exists(_kinds, kind => kind.Name == package.Kind);

    /// <summary>A package of ours with a kind of keys; in an entry: the package that it would need.</summary>
    private sealed record KeyPackage(string Kind, string Name, string Call, string Options, bool AddsToFile = false, bool ReadsFiles = false)
    {
        public SettingMember Member => new(
            Kind,
            Setting.Opaque(() => this),
            entry => ((SxtKeyOptions)entry).GetKind<KeyPackage>(),
            (entry, _) => ((SxtKeyOptions)entry).SetKind(this));
    }
}
