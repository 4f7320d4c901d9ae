using Microsoft.Extensions.Logging;

namespace SxtAspNet.Simulation.World;

/// <summary>Turns the session's log into lines of the trace, and watches that no token gets into it.</summary>
internal sealed class TraceLoggerFactory(Action<string> trace, Action<string> violation) : ILoggerFactory, ILogger
{
    public void AddProvider(ILoggerProvider provider)
    {
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void Dispose()
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        var message = formatter(state, exception);
        trace($"[{eventId.Id}] {message}");
        if (message.Contains("eyJ0eXBlIjoi", StringComparison.Ordinal) || exception?.ToString().Contains("eyJ0eXBlIjoi", StringComparison.Ordinal) is true)
        {
            violation("Rule 7: a token is in the log.");
        }

        if (eventId.Id == 1409 || message.Contains(nameof(SxtFailureReason.Unexpected), StringComparison.Ordinal))
        {
            violation("Something unexpected was thrown inside the session: " + exception);
        }
    }
}
