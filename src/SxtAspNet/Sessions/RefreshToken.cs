using System.Diagnostics.CodeAnalysis;

namespace SxtAspNet.Sessions;

/// <summary>
/// A refresh token, which can be taken once. It is spent before it is sent, so whatever becomes of that call, it is
/// never presented again; and it stays in the memory of the instance that received it.
/// </summary>
internal sealed class RefreshToken(string value, DateTimeOffset expiresAt)
{
    private string? _value = value;

    public DateTimeOffset ExpiresAt { get; } = expiresAt;

    public bool IsSpent => Volatile.Read(ref _value) is null;

    /// <summary>Takes the token. Only the first call gets it.</summary>
    public bool TrySpend([NotNullWhen(true)] out string? value)
    {
        value = Interlocked.Exchange(ref _value, null);
        return value is not null;
    }

    public override string ToString() => IsSpent ? "spent refresh token" : "refresh token";
}
