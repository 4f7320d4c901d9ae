namespace SxtAspNet.Gateway;

/// <summary>Whom calls are made for: the configured user; where none is configured, the one that the first token names.</summary>
internal sealed class GatewayUser(string configuredId)
{
    private string? _id = configuredId.Length > 0 ? configuredId : null;

    /// <summary>The user id; empty as long as it is not known.</summary>
    public string Id => Volatile.Read(ref _id) ?? "";

    /// <summary>Whether somebody has configured it.</summary>
    public bool IsConfigured => configuredId.Length > 0;

    /// <summary>Takes the user that a token names, unless one is known.</summary>
    /// <returns>Whether the token is of the known user; a token that names none is not held against it.</returns>
    public bool Accepts(string? tokenUser) =>
        string.IsNullOrEmpty(tokenUser) || Interlocked.CompareExchange(ref _id, tokenUser, null) is not { } known || known == tokenUser;

    /// <summary>
    /// Whether a session that is shared is another user's. Where a user is configured the name of what is shared says whose it is;
    /// else apps of different users can meet at one name.
    /// </summary>
    public bool IsStrangerTo(string? tokenUser) =>
        !IsConfigured && !string.IsNullOrEmpty(tokenUser) && Id is { Length: > 0 } known && known != tokenUser;

    /// <summary>Names the user in messages.</summary>
    public override string ToString() => Id is { Length: > 0 } id ? $"user '{id}'" : "the API key's user";
}
