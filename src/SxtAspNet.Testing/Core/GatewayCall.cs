using System.Text.Json;

namespace SxtAspNet.Testing.Core;

/// <summary>A call that has been read as far as it could be without knowing the state of the gateway.</summary>
internal sealed class GatewayCall
{
    public GatewayCall(GatewayRequest request, SxtGatewayCallKind kind, string? allow)
    {
        Request = request;
        Kind = kind;
        Allow = allow;
        bool namesUser = kind is SxtGatewayCallKind.Challenge or SxtGatewayCallKind.RegisterChallenge or SxtGatewayCallKind.Token;
        if (namesUser || kind is SxtGatewayCallKind.AddKey or SxtGatewayCallKind.Sql)
        {
            (Json, Refusal) = request.ReadJson();
        }

        NamedUserId = namesUser
            ? Text("userId")
            : kind == SxtGatewayCallKind.IdExists ? GatewayRoutes.UserIdOf(request.Path) : null;
    }

    public GatewayRequest Request { get; }

    public SxtGatewayCallKind Kind { get; }

    /// <summary>The methods that a known path allows, when it was called with another one.</summary>
    public string? Allow { get; }

    /// <summary>
    /// The answer to a body that can't be used; <see langword="null"/> when it can, or when none is needed.
    /// </summary>
    public GatewayReply? Refusal { get; }

    /// <summary>The user that the call names itself, without any proof.</summary>
    public string? NamedUserId { get; }

    public string? Token => Request.BearerToken;

    public bool NeedsToken => Kind is SxtGatewayCallKind.Refresh or SxtGatewayCallKind.Logout
        or SxtGatewayCallKind.ValidToken or SxtGatewayCallKind.Keys or SxtGatewayCallKind.AddKeyChallenge
        or SxtGatewayCallKind.AddKey or SxtGatewayCallKind.Sql or SxtGatewayCallKind.Api;

    private JsonElement Json { get; }

    /// <summary>A member of the body that is a string and not empty.</summary>
    public string? Text(string name) =>
        Json.ValueKind == JsonValueKind.Object
            && Json.TryGetProperty(name, out JsonElement value)
            && ReadText(value) is { Length: > 0 } text
            ? text
            : null;

    /// <summary>
    /// A member of the body that is an array of strings, empty when it is absent; <see langword="null"/> when it is
    /// something else.
    /// </summary>
    public IReadOnlyList<string>? Texts(string name)
    {
        if (!Json.TryGetProperty(name, out JsonElement value) || value.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            return null;
        }

        var texts = new List<string>();
        foreach (JsonElement item in value.EnumerateArray())
        {
            if (ReadText(item) is not { } text)
            {
                return null;
            }

            texts.Add(text);
        }

        return texts;
    }

    private static string? ReadText(JsonElement value)
    {
        try
        {
            return value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        }
        catch (InvalidOperationException)
        {
            // Well-formed JSON may hold what is no text: half a surrogate pair, or bytes that are not UTF-8.
            return null;
        }
    }
}
