using SxtAspNet.Testing.Core;

namespace SxtAspNet.Testing;

/// <summary>A call at a path that the emulator does not know itself, whose access token it has accepted.</summary>
public sealed class SxtApiRequest
{
    internal SxtApiRequest(string userId, GatewayRequest request, byte[] body)
    {
        UserId = userId;
        Method = request.Method;
        Path = request.Path;
        Query = request.Query;
        ContentType = request.ContentType;
        Body = body;
    }

    /// <summary>The user that the access token belongs to.</summary>
    public string UserId { get; }

    /// <summary>The HTTP method.</summary>
    public string Method { get; }

    /// <summary>The path as it was requested, such as <c>/v2/discover/schema</c>.</summary>
    public string Path { get; }

    /// <summary>The query with its question mark; empty without one.</summary>
    public string Query { get; }

    /// <summary>The <c>Content-Type</c> of the body, if it was sent.</summary>
    public string? ContentType { get; }

    /// <summary>The body; empty without one.</summary>
    public ReadOnlyMemory<byte> Body { get; }
}
