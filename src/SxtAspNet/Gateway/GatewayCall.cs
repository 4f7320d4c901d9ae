namespace SxtAspNet.Gateway;

/// <summary>One call to the gateway.</summary>
internal sealed class GatewayCall
{
    /// <summary>Names the call in errors: what is done, and for whom.</summary>
    public required string Description { get; init; }

    public required HttpMethod Method { get; init; }

    /// <summary>The path below the gateway's URL.</summary>
    public required string Path { get; init; }

    /// <summary>The token to present, if any.</summary>
    public string? Bearer { get; init; }

    /// <summary>The JSON body; empty for none.</summary>
    public byte[] Body { get; init; } = [];

    /// <summary>Whether the call may be sent again when its outcome is unknown.</summary>
    public bool IsRepeatable { get; init; }

    public override string ToString() => Description;
}
