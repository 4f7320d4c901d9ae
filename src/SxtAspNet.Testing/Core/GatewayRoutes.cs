namespace SxtAspNet.Testing.Core;

/// <summary>Which call a method and path mean.</summary>
internal static class GatewayRoutes
{
    private const string IdExistsPrefix = "/v1/auth/idexists/";

    /// <summary>
    /// The kind of the call; for <see cref="SxtGatewayCallKind.Unknown"/> also the methods that the path allows, if it
    /// is known at all.
    /// </summary>
    public static (SxtGatewayCallKind Kind, string? Allow) Find(string method, string path, bool hasApi) => path switch
    {
        "/v1/auth/code" => Only("POST", method, SxtGatewayCallKind.Challenge),
        "/v1/auth/code-register" => Only("POST", method, SxtGatewayCallKind.RegisterChallenge),
        "/v1/auth/token" => Only("POST", method, SxtGatewayCallKind.Token),
        "/v1/auth/refresh" => Only("POST", method, SxtGatewayCallKind.Refresh),
        "/v1/auth/logout" => Only("POST", method, SxtGatewayCallKind.Logout),
        "/v1/auth/validtoken" => Only("GET", method, SxtGatewayCallKind.ValidToken),
        "/v1/auth/keys/code" => Only("POST", method, SxtGatewayCallKind.AddKeyChallenge),
        "/v1/auth/keys" => method switch
        {
            "GET" => (SxtGatewayCallKind.Keys, null),
            "POST" => (SxtGatewayCallKind.AddKey, null),
            _ => (SxtGatewayCallKind.Unknown, "GET, POST"),
        },
        "/auth/apikey" => Only("POST", method, SxtGatewayCallKind.ApiKeyExchange),
        "/v1/sql" or "/v1/sql/dql" or "/v1/sql/dml" or "/v1/sql/ddl" => Only("POST", method, SxtGatewayCallKind.Sql),
        _ when UserIdOf(path) is not null => Only("GET", method, SxtGatewayCallKind.IdExists),
        _ => (hasApi ? SxtGatewayCallKind.Api : SxtGatewayCallKind.Unknown, null),
    };

    /// <summary>The user id that the path of an <see cref="SxtGatewayCallKind.IdExists"/> call ends with.</summary>
    public static string? UserIdOf(string path)
    {
        if (!path.StartsWith(IdExistsPrefix, StringComparison.Ordinal))
        {
            return null;
        }

        string segment = path[IdExistsPrefix.Length..];
        return segment.Length == 0 || segment.Contains('/', StringComparison.Ordinal)
            ? null
            : Uri.UnescapeDataString(segment);
    }

    private static (SxtGatewayCallKind Kind, string? Allow) Only(
        string allowed, string method, SxtGatewayCallKind kind) =>
        method == allowed ? (kind, null) : (SxtGatewayCallKind.Unknown, allowed);
}
