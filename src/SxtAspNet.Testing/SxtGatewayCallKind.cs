namespace SxtAspNet.Testing;

/// <summary>What a call asked the gateway for.</summary>
public enum SxtGatewayCallKind
{
    /// <summary>
    /// Anything the protocol has no call for: an unknown path, or a known path with the wrong method.
    /// </summary>
    Unknown = 0,

    /// <summary><c>POST /v1/auth/code</c>: a challenge for a login.</summary>
    Challenge,

    /// <summary><c>POST /v1/auth/token</c>: a login, by the signed challenge.</summary>
    Token,

    /// <summary><c>POST /v1/auth/refresh</c>: new tokens for a refresh token.</summary>
    Refresh,

    /// <summary><c>POST /v1/auth/logout</c>: the end of all sessions of the user.</summary>
    Logout,

    /// <summary><c>GET /v1/auth/validtoken</c>: whether an access token works.</summary>
    ValidToken,

    /// <summary><c>GET /v1/auth/idexists/{userId}</c>: whether a user id is taken.</summary>
    IdExists,

    /// <summary><c>GET /v1/auth/keys</c>: the public keys of the user.</summary>
    Keys,

    /// <summary><c>POST /v1/auth/keys/code</c>: a challenge for adding a key.</summary>
    AddKeyChallenge,

    /// <summary><c>POST /v1/auth/keys</c>: a key added to the user's keyring.</summary>
    AddKey,

    /// <summary><c>POST /v1/sql</c>, <c>/v1/sql/dql</c>, <c>/v1/sql/dml</c> or <c>/v1/sql/ddl</c>.</summary>
    Sql,

    /// <summary><c>POST /v1/auth/code-register</c>: a challenge for a user that is to be made.</summary>
    RegisterChallenge,

    /// <summary>A path that <see cref="SxtGatewayEmulatorOptions.Api"/> answers.</summary>
    Api,

    /// <summary><c>POST /auth/apikey</c> of the network's proxy: an access token for an API key.</summary>
    ApiKeyExchange,
}
