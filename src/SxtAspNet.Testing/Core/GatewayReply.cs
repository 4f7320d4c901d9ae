using System.Globalization;
using System.Net.Mime;
using System.Text;
using System.Text.Json;

namespace SxtAspNet.Testing.Core;

/// <summary>An answer of the gateway, before a front puts it on its wire.</summary>
internal sealed record GatewayReply(int Status, string? ContentType, byte[] Body)
{
    public IReadOnlyList<KeyValuePair<string, string>> Headers { get; init; } = [];

    /// <summary>The <c>Date</c> header: the gateway's clock when it answered; <see langword="null"/>: none.</summary>
    public DateTimeOffset? Date { get; init; }

    public string DateText => Date?.ToString("R", CultureInfo.InvariantCulture) ?? "";

    public AnswerEnding Ending { get; init; }

    /// <summary>The pause before each byte of the body.</summary>
    public TimeSpan Pause { get; init; }

    /// <summary>The status, if it gets onto the wire.</summary>
    public int? SentStatus => Ending is AnswerEnding.Complete or AnswerEnding.InBody ? Status : null;

    /// <summary>How much of the body gets onto the wire.</summary>
    public ReadOnlyMemory<byte> SentBody => Ending == AnswerEnding.InBody ? Body.AsMemory(0, Body.Length / 2) : Body;

    /// <summary>No answer: the connection is reset.</summary>
    public static GatewayReply ConnectionReset() => NoContent() with { Ending = AnswerEnding.Reset };

    public static GatewayReply NoContent() => new(204, null, []);

    public static GatewayReply Text(int status, string text, string contentType) =>
        new(status, contentType, Encoding.UTF8.GetBytes(text));

    public static GatewayReply Json(string json) => Text(200, json, MediaTypeNames.Application.Json);

    public static GatewayReply Json(Action<Utf8JsonWriter> write, int status = 200) =>
        new(status, MediaTypeNames.Application.Json, JsonBytes(write));

    public static GatewayReply Problem(int status, string title, string detail)
    {
        byte[] body = JsonBytes(json =>
        {
            json.WriteStartObject();
            json.WriteString("title", title);
            json.WriteNumber("status", status);
            json.WriteString("detail", detail);
            json.WriteEndObject();
        });
        return new(status, MediaTypeNames.Application.ProblemJson, body);
    }

    public static GatewayReply BadRequest(string detail) => Problem(400, "Bad Request", detail);

    public static GatewayReply MissingMember(string member) =>
        BadRequest($"The member {member} is missing, empty or not a string.");

    public static GatewayReply TooLarge() =>
        Problem(413, "Payload Too Large", $"The body is larger than {GatewayRequest.MaxBodySize} bytes.");

    public static GatewayReply NoSuchPath(GatewayRequest request) => Problem(
        404,
        "Not Found",
        $"The gateway emulator does not know {request.Method} {request.Path}; a test can answer it by " +
        $"{nameof(SxtGatewayEmulatorOptions)}.{nameof(SxtGatewayEmulatorOptions.Api)}.");

    public static GatewayReply Unauthorized(string detail) => Problem(401, "Unauthorized", detail);

    /// <summary>An API call, unlike the authentication calls, is refused in plain text.</summary>
    public static GatewayReply UnauthorizedApiCall() =>
        Text(401, "JWT authorization failed", MediaTypeNames.Text.Plain);

    internal static byte[] JsonBytes(Action<Utf8JsonWriter> write)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            write(json);
        }

        return stream.ToArray();
    }
}
