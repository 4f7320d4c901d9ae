using Microsoft.Extensions.Logging;

namespace SxtAspNet.Outbound;

/// <summary>A handler that puts tokens on requests, for the guard that watches over them further in.</summary>
internal interface ITokenHandler
{
    TokenOrigins Origins { get; }

    ILogger Logger { get; }

    /// <summary>Whether the handler set this header.</summary>
    bool IsOwn(HttpRequestMessage request, string header);
}
