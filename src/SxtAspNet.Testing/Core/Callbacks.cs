namespace SxtAspNet.Testing.Core;

/// <summary>The calls that a test may answer itself, once their access token has been accepted.</summary>
internal sealed class Callbacks(SxtGatewayEmulatorOptions options)
{
    /// <returns>The answer that refuses the call; <see langword="null"/> when <paramref name="callback"/> answers it.</returns>
    public GatewayReply? Prepare(GatewayCall call, string userId, out Func<GatewayReply>? callback) =>
        call.Kind == SxtGatewayCallKind.Sql ? PrepareSql(call, userId, out callback) : PrepareApi(call, userId, out callback);

    private GatewayReply? PrepareSql(GatewayCall call, string userId, out Func<GatewayReply>? callback)
    {
        callback = null;
        if (call.Refusal is { } refusal)
        {
            return refusal;
        }

        if (call.Text("sqlText") is not { } sqlText)
        {
            return GatewayReply.MissingMember("sqlText");
        }

        if (call.Texts("biscuits") is not { } biscuits || call.Texts("resources") is not { } resources)
        {
            return GatewayReply.BadRequest("The members biscuits and resources must be arrays of strings.");
        }

        var request = new SxtSqlRequest(userId, call.Request.Path, sqlText, biscuits, resources);
        callback = () => Run(nameof(options.Sql), () => GatewayReply.Json(options.Sql?.Invoke(request) ?? SqlTable.Answer(sqlText)));
        return null;
    }

    private GatewayReply? PrepareApi(GatewayCall call, string userId, out Func<GatewayReply>? callback)
    {
        callback = null;
        if (call.Request.Body is not { } body)
        {
            return GatewayReply.TooLarge();
        }

        var request = new SxtApiRequest(userId, call.Request, body);
        callback = () => Run(nameof(options.Api), () => options.Api?.Invoke(request) is { } answer
            ? GatewayReply.Text(answer.StatusCode, answer.Body, answer.ContentType)
            : GatewayReply.NoSuchPath(call.Request));
        return null;
    }

    /// <summary>Whatever a test's callback throws: the same on both fronts, and told to the one who reads the answer.</summary>
    private static GatewayReply Run(string name, Func<GatewayReply> answer)
    {
        try
        {
            return answer();
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            return GatewayReply.Problem(500, "Internal Server Error", $"{name} threw {e.GetType()}: {e.Message}");
        }
    }
}
