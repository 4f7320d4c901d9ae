using Microsoft.Extensions.Logging;

namespace SxtAspNet.Tests.Infrastructure;

/// <summary>A log that throws, for what our packages log; HttpClient's own logging would fail the request itself.</summary>
internal sealed class FailingLog(bool failsInScopes = false) : ILoggerProvider, ILogger
{
    private bool _isOurs;

    public ILogger CreateLogger(string categoryName) => new FailingLog(failsInScopes) { _isOurs = categoryName.StartsWith("SxtAspNet", StringComparison.Ordinal) };

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => _isOurs && failsInScopes ? throw Failure() : null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (_isOurs && !failsInScopes)
        {
            throw Failure();
        }
    }

    public void Dispose()
    {
    }

    private static InvalidOperationException Failure() => new("A log fails.");
}
