namespace SxtAspNet.Gateway;

/// <summary>One call to the gateway, or to the proxy.</summary>
internal sealed class GatewayCall
{
    /// <summary>Names the call in errors: what is done, and for whom.</summary>
    public required string Description { get; init; }

    /// <summary>Who it goes to.</summary>
    public CallHost Host { get; init; } = CallHost.Gateway;

    public required HttpMethod Method { get; init; }

    /// <summary>The path below the host's URL.</summary>
    public required string Path { get; init; }

    /// <summary>The token to present, if any.</summary>
    public string? Bearer { get; init; }

    /// <summary>The API key to present, if any.</summary>
    public string? ApiKey { get; init; }

    /// <summary>The JSON body; empty for none.</summary>
    public byte[] Body { get; init; } = [];

    /// <summary>Whether the call may be sent again when its outcome is unknown.</summary>
    public bool IsRepeatable { get; init; }

    public override string ToString() => Description;
}
