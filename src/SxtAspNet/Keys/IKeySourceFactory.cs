namespace SxtAspNet.Keys;

/// <summary>Turns one kind of key entry into a source.</summary>
internal interface IKeySourceFactory
{
    /// <summary>Whether the entry is of this kind.</summary>
    bool Handles(SxtKeyOptions entry);

    ISxtKeySource Create(SxtKeyOptions entry);
}
