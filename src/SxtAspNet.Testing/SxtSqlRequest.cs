namespace SxtAspNet.Testing;

/// <summary>An SQL call whose access token the gateway has accepted.</summary>
public sealed class SxtSqlRequest
{
    internal SxtSqlRequest()
    {
    }

    /// <summary>The user that the access token belongs to.</summary>
    public required string UserId { get; init; }

    /// <summary>The endpoint: <c>/v1/sql</c>, <c>/v1/sql/dql</c>, <c>/v1/sql/dml</c> or <c>/v1/sql/ddl</c>.</summary>
    public required string Path { get; init; }

    /// <summary>The statement (<c>sqlText</c>); never empty.</summary>
    public required string SqlText { get; init; }

    /// <summary>The biscuits that came with the statement; they are not checked.</summary>
    public required IReadOnlyList<string> Biscuits { get; init; }

    /// <summary>The resources (tables) that came with the statement.</summary>
    public required IReadOnlyList<string> Resources { get; init; }
}
