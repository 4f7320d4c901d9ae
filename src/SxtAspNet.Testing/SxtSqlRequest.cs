namespace SxtAspNet.Testing;

/// <summary>An SQL call whose access token the gateway has accepted.</summary>
public sealed class SxtSqlRequest
{
    internal SxtSqlRequest(
        string userId, string path, string sqlText, IReadOnlyList<string> biscuits, IReadOnlyList<string> resources)
    {
        UserId = userId;
        Path = path;
        SqlText = sqlText;
        Biscuits = biscuits;
        Resources = resources;
    }

    /// <summary>The user that the access token belongs to.</summary>
    public string UserId { get; }

    /// <summary>The endpoint: <c>/v1/sql</c>, <c>/v1/sql/dql</c>, <c>/v1/sql/dml</c> or <c>/v1/sql/ddl</c>.</summary>
    public string Path { get; }

    /// <summary>The statement (<c>sqlText</c>); never empty.</summary>
    public string SqlText { get; }

    /// <summary>The biscuits that came with the statement; they are not checked.</summary>
    public IReadOnlyList<string> Biscuits { get; }

    /// <summary>The resources (tables) that came with the statement.</summary>
    public IReadOnlyList<string> Resources { get; }
}
