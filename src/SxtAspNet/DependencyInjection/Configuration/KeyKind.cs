using System.Diagnostics.CodeAnalysis;
using SxtAspNet.Keys;

namespace SxtAspNet.DependencyInjection;

/// <summary>A kind of key entries, whatever the type of its settings.</summary>
internal abstract class KeyKind(string name, Type optionsType) : IKeySourceFactory
{
    public string Name { get; } = name;

    public Type OptionsType { get; } = optionsType;

    public abstract bool AddsToFile { get; }

    public abstract bool ReadsFiles { get; }

    public abstract bool CanSeal { get; }

    /// <summary>The member of an entry that holds the kind's settings.</summary>
    public abstract SettingMember Member { get; }

    public abstract IEnumerable<string> Validate(string setting, SxtKeyOptions entry);

    public bool Handles(SxtKeyOptions entry) => entry.Kinds.Contains(OptionsType);

    public abstract ISxtKeySource Create(SxtKeyOptions entry);
}

/// <summary>A kind of key entries that a package added.</summary>
internal sealed class KeyKind<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] TOptions>(ISxtKeyKind<TOptions> kind)
    : KeyKind(kind.Name, typeof(TOptions))
    where TOptions : class, new()
{
    public override bool AddsToFile => kind.AddsToFile;

    public override bool ReadsFiles => kind.ReadsFiles;

    public override bool CanSeal => kind.CanSeal;

    public override SettingMember Member { get; } = new(
        kind.Name,
        Setting.Of<TOptions>(),
        static entry => ((SxtKeyOptions)entry).GetKind<TOptions>(),
        static (entry, options) => ((SxtKeyOptions)entry).SetKind((TOptions?)options));

    public override IEnumerable<string> Validate(string setting, SxtKeyOptions entry) =>
        kind.Validate($"{setting}.{Name}", entry.GetKind<TOptions>()!);

    public override ISxtKeySource Create(SxtKeyOptions entry) => kind.Create(entry, entry.GetKind<TOptions>()!);
}
