namespace SxtAspNet.Benchmarks.Peers;

/// <summary>What any handler costs that looks at the answer.</summary>
internal sealed class AwaitingHandler : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
}

/// <summary>What a header costs, without a look at the answer.</summary>
internal sealed class HeaderHandler(string value) : DelegatingHandler
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.TryAddWithoutValidation("Authorization", value);
        return base.SendAsync(request, cancellationToken);
    }
}

/// <summary>What a header costs, with a look at the answer.</summary>
internal sealed class AwaitingHeaderHandler(string value) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        request.Headers.TryAddWithoutValidation("Authorization", value);
        return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }
}

/// <summary>Asks somewhere for the token on each request.</summary>
internal sealed class AskingHandler(Func<CancellationToken, ValueTask<string>> getToken) : DelegatingHandler
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var token = await getToken(cancellationToken).ConfigureAwait(false);
        request.Headers.Authorization = new("Bearer", token);
        return await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }
}
