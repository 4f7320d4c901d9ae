using System.Net.Mime;
using System.Text.Json;

namespace SxtAspNet.Testing.Core;

/// <summary>A call as a front received it.</summary>
internal sealed class GatewayRequest
{
    /// <summary>Larger bodies are refused with 413.</summary>
    public const int MaxBodySize = 1024 * 1024;

    public required string Method { get; init; }

    /// <summary>The path as sent: percent-encoded, without the query.</summary>
    public required string Path { get; init; }

    /// <summary>The query as sent, with its question mark; empty without one.</summary>
    public string Query { get; init; } = "";

    public string? Authorization { get; init; }

    /// <summary>The header <c>apikey</c>.</summary>
    public string? ApiKey { get; init; }

    public string? ContentType { get; init; }

    /// <summary><see langword="null"/>: larger than <see cref="MaxBodySize"/>.</summary>
    public required byte[]? Body { get; init; }

    public string? BearerToken
    {
        get
        {
            const string Scheme = "Bearer ";
            return Authorization is { } value && value.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
                ? value[Scheme.Length..].Trim()
                : null;
        }
    }

    /// <summary>The body as a JSON object, or the answer that refuses it.</summary>
    public (JsonElement Json, GatewayReply? Refusal) ReadJson()
    {
        if (Body is null)
        {
            return (default, GatewayReply.TooLarge());
        }

        string? mediaType = ContentType?.Split(';')[0].Trim();
        if (!MediaTypeNames.Application.Json.Equals(mediaType, StringComparison.OrdinalIgnoreCase))
        {
            return (default, GatewayReply.Problem(415, "Unsupported Media Type", "The body must be application/json."));
        }

        try
        {
            using JsonDocument document = JsonDocument.Parse(Body);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? (document.RootElement.Clone(), null)
                : (default, GatewayReply.BadRequest("The body must be a JSON object."));
        }
        catch (JsonException)
        {
            return (default, GatewayReply.BadRequest("The body is not JSON."));
        }
    }
}
