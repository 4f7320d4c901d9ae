using System.Diagnostics.CodeAnalysis;

namespace SxtAspNet;

/// <summary>
/// Where one key comes from: a file, the settings themselves (an API key), or a place of another kind, such as a vault, that a package adds by
/// <see cref="SxtBuilder.AddKeyKind"/>.
/// </summary>
public sealed class SxtKeyOptions
{
    private readonly Dictionary<Type, object> _kinds = [];

    /// <summary>
    /// Path of a key file: PKCS#8 as openssl writes it, a form that Space and Time's command line or SDKs write, or an API key.
    /// </summary>
    public string? File { get; set; }

    /// <summary>
    /// An API key itself (<c>sxt_…</c>), for user secrets and environment variables; a <see cref="File"/> can hold one too. It
    /// can be set, but not read, so that these options can be logged or serialized.
    /// </summary>
    public string? ApiKey { internal get; set; }

    /// <summary>
    /// Password of an encrypted key file. Prefer <see cref="PasswordFile"/>: configuration is often logged. It can be
    /// set, but not read, so that these options can be logged or serialized.
    /// </summary>
    public string? Password { internal get; set; }

    /// <summary>Path of a file that holds the password of an encrypted key file; one trailing line break is ignored.</summary>
    public string? PasswordFile { get; set; }

    /// <summary>
    /// Refuses a file that others than its owner and group can read, instead of warning about it once: that of a key, a password, or a
    /// device's PIN.
    /// </summary>
    public bool RequirePrivateFile { get; set; }

    /// <summary>The types of the settings of other kinds that this entry has.</summary>
    internal IReadOnlyCollection<Type> Kinds => _kinds.Keys;

    /// <summary>Reads the settings of a kind.</summary>
    /// <typeparam name="TOptions">The type of the kind's settings.</typeparam>
    /// <returns><see langword="null"/> when this entry is not of that kind.</returns>
    public TOptions? GetKind<TOptions>()
        where TOptions : class => (TOptions?)_kinds.GetValueOrDefault(typeof(TOptions));

    /// <summary>Makes this an entry of a kind.</summary>
    /// <typeparam name="TOptions">The type of the kind's settings.</typeparam>
    /// <param name="options">The kind's settings; <see langword="null"/> takes them away.</param>
    public void SetKind<TOptions>(TOptions? options)
        where TOptions : class
    {
        if (options is null)
        {
            _kinds.Remove(typeof(TOptions));
        }
        else
        {
            _kinds[typeof(TOptions)] = options;
        }
    }

    internal bool IsOfKind(Type options, [NotNullWhen(true)] out object? settings) => _kinds.TryGetValue(options, out settings);
}
