using Microsoft.Extensions.Logging;
using SxtAspNet.Diagnostics;

namespace SxtAspNet.Keys;

/// <summary>Key entries with a file, and nothing more.</summary>
internal sealed class FileKeySourceFactory(ILoggerFactory loggers) : IKeySourceFactory
{
    public bool Handles(SxtKeyOptions entry) => !string.IsNullOrWhiteSpace(entry.File) && entry.Kinds.Count == 0;

    public ISxtKeySource Create(SxtKeyOptions entry) => new FileKeySource(entry, new SteadyLogger(loggers.CreateLogger<FileKeySource>()));
}
