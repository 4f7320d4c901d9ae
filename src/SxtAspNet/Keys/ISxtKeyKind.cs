namespace SxtAspNet;

/// <summary>
/// A kind of key entries: where their keys are, and what has to be set for them. A package adds one by
/// <see cref="SxtBuilder.AddKeyKind"/>; in configuration the entry's settings stand below the kind's name:
/// <c>"Keys": [ { "Name": { … } } ]</c>.
/// </summary>
/// <typeparam name="TOptions">
/// The settings of one entry. Its public properties are the settings: text, <see cref="Uri"/>, <see cref="bool"/>,
/// <see cref="int"/>, <see cref="TimeSpan"/>, an enumeration, or an <see cref="IList{T}"/> of text or <see cref="Uri"/>.
/// </typeparam>
public interface ISxtKeyKind<TOptions>
    where TOptions : class, new()
{
    /// <summary>The name in configuration and in messages, for example "AzureKeyVault".</summary>
    string Name { get; }

    /// <summary>
    /// Whether an entry of this kind has a <see cref="SxtKeyOptions.File"/> too, of whose content this kind makes the
    /// key; else an entry has either the one or the other. Such an entry has no password: what opens the file is this kind's.
    /// </summary>
    bool AddsToFile => false;

    /// <summary>
    /// Whether this kind reads files of its own, such as one with a PIN: <see cref="SxtKeyOptions.RequirePrivateFile"/> may be
    /// set then, and is for this kind to keep.
    /// </summary>
    bool ReadsFiles => false;

    /// <summary>
    /// Whether an entry of this kind may stand in <see cref="SxtOptions.Seal"/> too: its sources implement
    /// <see cref="ISxtSealSource"/>.
    /// </summary>
    bool CanSeal => false;

    /// <summary>Checks the settings of an entry, when the app starts.</summary>
    /// <param name="setting">What the entry's settings are called in messages, for example "Keys[0].AzureKeyVault".</param>
    /// <param name="options">The entry's settings.</param>
    /// <returns>A sentence for each problem: what is wrong, and what to write instead. It must not quote a secret.</returns>
    IEnumerable<string> Validate(string setting, TOptions options);

    /// <summary>Makes the source of an entry's key. It opens nothing yet.</summary>
    /// <param name="entry">The entry.</param>
    /// <param name="options">The entry's settings of this kind.</param>
    /// <returns>A source; one that implements <see cref="ISxtKeyHistory"/> offers its previous key too.</returns>
    ISxtKeySource Create(SxtKeyOptions entry, TOptions options);
}
