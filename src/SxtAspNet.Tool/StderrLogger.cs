using Microsoft.Extensions.Logging;

namespace SxtAspNet.Tool;

/// <summary>Passes on what the core warns about, such as a key file that everybody can read.</summary>
internal sealed class StderrLogger(TextWriter error) : ILogger
{
    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel))
        {
            error.WriteLine($"{SxtTool.Name}: warning: {formatter(state, exception)}");
        }
    }
}
