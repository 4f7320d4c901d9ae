namespace SxtAspNet.Keys;

/// <summary>
/// Turns one kind of configured key entry into a source. A package with a kind of its own adds one, keyed by the name of the
/// identity that it was added to.
/// </summary>
internal interface IKeySourceFactory
{
    /// <summary>Whether the entry is of this kind.</summary>
    bool Handles(SxtKeyOptions entry);

    ISxtKeySource Create(SxtKeyOptions entry);
}
