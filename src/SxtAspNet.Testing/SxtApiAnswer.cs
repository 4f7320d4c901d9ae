using System.Net.Mime;

namespace SxtAspNet.Testing;

/// <summary>What a test answers a call at a path of its own.</summary>
/// <param name="body">The body, sent as UTF-8.</param>
public sealed class SxtApiAnswer(string body)
{
    /// <summary>The HTTP status code, 200 to 599. Default: 200.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It is not from 200 to 599.</exception>
    public int StatusCode
    {
        get;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 200, nameof(StatusCode));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, 599, nameof(StatusCode));
            field = value;
        }
    } = 200;

    /// <summary>The <c>Content-Type</c>. Default: application/json.</summary>
    public string ContentType { get; init; } = MediaTypeNames.Application.Json;

    /// <summary>The body.</summary>
    public string Body { get; } = body;
}
