using Microsoft.Extensions.Http;

namespace SxtAspNet.Outbound;

/// <summary>
/// On a client that sends the caller's token, takes away the handler of the app's own (which the app may have given to
/// all of its clients): whatever is missing, the app's token is never sent in the caller's place.
/// </summary>
internal sealed class CallerTokenPrecedence : IHttpMessageHandlerBuilderFilter
{
    public Action<HttpMessageHandlerBuilder> Configure(Action<HttpMessageHandlerBuilder> next) => builder =>
    {
        next(builder);
        var handlers = builder.AdditionalHandlers;
        if (!handlers.Any(handler => handler is SxtCallerTokenHandler))
        {
            return;
        }

        foreach (var own in handlers.OfType<SxtTokenHandler>().ToArray())
        {
            handlers.Remove(own);
        }
    };
}
