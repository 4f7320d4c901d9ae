using System.Diagnostics.CodeAnalysis;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace SxtAspNet.Benchmarks.Peers;

/// <summary>Azure.Core's policy for bearer tokens in its own pipeline, over a transport that stands for the network.</summary>
internal sealed class AzureCore : IDisposable
{
    private readonly Network _network;
    private readonly HttpPipelinePolicy _policy;
    private readonly ReadOnlyMemory<HttpPipelinePolicy> _rest;
    private readonly HttpMessage _message;

    public AzureCore(string token, bool isLater)
    {
        _network = new Network { IsLater = isLater };
        _policy = new BearerTokenAuthenticationPolicy(new KnownToken(token), "https://api.spaceandtime.app/.default");
        _rest = new HttpPipelinePolicy[] { _network };
        var request = HttpClientTransport.Shared.CreateRequest();
        request.Uri.Reset(new Uri("https://api.spaceandtime.app/v1/sql"));
        _message = new HttpMessage(request, new ResponseClassifier());
    }

    public void Send()
    {
        var sending = _policy.ProcessAsync(_message, _rest);
        _network.Answer();
        sending.GetAwaiter().GetResult();
    }

    public void Dispose() => _message.Dispose();

    private sealed class KnownToken(string token) : TokenCredential
    {
        private readonly AccessToken _token = new(token, DateTimeOffset.UtcNow.AddHours(1));

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken) => _token;

        public override ValueTask<AccessToken> GetTokenAsync(TokenRequestContext requestContext, CancellationToken cancellationToken) => new(_token);
    }

    private sealed class Network : HttpPipelinePolicy
    {
        private static readonly Response Response = new Ok();
        private TaskCompletionSource? _pending;

        public bool IsLater { get; init; }

        public void Answer()
        {
            var pending = _pending;
            _pending = null;
            pending?.SetResult();
        }

        public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException();

        public override ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
        {
            message.Response = Response;
            return IsLater ? new((_pending = new()).Task) : default;
        }
    }

    private sealed class Ok : Response
    {
        public override int Status => 200;

        public override string ReasonPhrase => "OK";

        public override Stream? ContentStream { get; set; }

        public override string ClientRequestId { get; set; } = "";

        public override void Dispose()
        {
        }

        protected override bool ContainsHeader(string name) => false;

        protected override IEnumerable<HttpHeader> EnumerateHeaders() => [];

        protected override bool TryGetHeader(string name, [NotNullWhen(true)] out string? value) => (value = null) is not null;

        protected override bool TryGetHeaderValues(string name, [NotNullWhen(true)] out IEnumerable<string>? values) => (values = null) is not null;
    }
}
