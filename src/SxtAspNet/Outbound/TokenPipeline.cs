using Microsoft.Extensions.Http;
using Microsoft.Extensions.Http.Logging;
using Microsoft.Extensions.Logging;
using SxtAspNet.Diagnostics;

namespace SxtAspNet.Outbound;

/// <summary>Completes the handlers of each client that has one of ours, when all of them are there.</summary>
internal sealed class TokenPipeline(ILoggerFactory loggers) : IHttpMessageHandlerBuilderFilter
{
    private readonly SteadyLogger _logger = new(loggers.CreateLogger<SxtTokenHandler>());
    private readonly FirstSightings _loggingClients = new();
    private readonly FirstSightings _retryingClients = new();

    public Action<HttpMessageHandlerBuilder> Configure(Action<HttpMessageHandlerBuilder> next) => builder =>
    {
        next(builder);
        var handlers = builder.AdditionalHandlers;
        LetCallersTokenPrecede(handlers);
        var ours = handlers.OfType<ITokenHandler>().DistinctBy(handler => handler.Origins).ToArray();
        if (ours.Length == 0)
        {
            return;
        }

        var identities = ours.OfType<SxtTokenHandler>().ToArray();
        LetNearerIdentitiesPrecede(handlers);
        WarnIfHeadersAreLogged(builder);
        WarnOfRetries(NameOf(builder), identities);
        foreach (var handler in ours)
        {
            handlers.Add(new TokenGuard(handler));
        }
    };

    /// <summary>
    /// On a client that sends the caller's token, takes away the handler of the app's own (which the app may have given to
    /// all of its clients): whatever is missing, the app's token is never sent in the caller's place.
    /// </summary>
    private static void LetCallersTokenPrecede(IList<DelegatingHandler> handlers)
    {
        if (handlers.Any(handler => handler is SxtCallerTokenHandler))
        {
            foreach (var own in handlers.OfType<SxtTokenHandler>().ToArray())
            {
                handlers.Remove(own);
            }
        }
    }

    /// <summary>
    /// Where a client has the handlers of several identities (one that the app gave to all of its clients, for example, and one of
    /// its own), the token is that of the one nearest to the network.
    /// </summary>
    private static void LetNearerIdentitiesPrecede(IList<DelegatingHandler> handlers)
    {
        SxtTokenHandler? nearer = null;
        foreach (var handler in handlers.OfType<SxtTokenHandler>().Reverse())
        {
            handler.Nearer = nearer?.Origins == handler.Origins ? nearer.Nearer : nearer;
            nearer = handler;
        }
    }

    /// <summary>The outermost handler of an identity meets a request again only when somebody further out sends it again.</summary>
    private void WarnOfRetries(string name, IEnumerable<SxtTokenHandler> outermost)
    {
        foreach (var handler in outermost)
        {
            handler.OnPostSentAgain = () =>
            {
                if (_retryingClients.Add(name))
                {
                    _logger.PostSentAgain(name);
                }
            };
        }
    }

    private static string NameOf(HttpMessageHandlerBuilder builder) => string.IsNullOrEmpty(builder.Name) ? "Default" : builder.Name;

    // .NET redacts the header in the text of its log entries, but not in the state that it hands to loggers with it.
    private void WarnIfHeadersAreLogged(HttpMessageHandlerBuilder builder)
    {
        var name = NameOf(builder);
        var category = $"System.Net.Http.HttpClient.{name}";
        var isLogged = builder.AdditionalHandlers.Any(handler => handler switch
        {
            LoggingHttpMessageHandler => IsTraced("ClientHandler"),
            LoggingScopeHttpMessageHandler => IsTraced("LogicalHandler"),
            _ => false,
        });
        if (isLogged && _loggingClients.Add(name))
        {
            _logger.HeadersAreLogged(category);
        }

        bool IsTraced(string place) => loggers.CreateLogger($"{category}.{place}").IsEnabled(LogLevel.Trace);
    }
}
