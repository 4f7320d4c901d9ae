using Microsoft.Extensions.Logging;

namespace SxtAspNet.Keys;

/// <summary>Key entries with a file.</summary>
internal sealed class FileKeySourceFactory(ILoggerFactory loggers) : IKeySourceFactory
{
    public bool Handles(SxtKeyOptions entry) => entry.File is not null;

    public ISxtKeySource Create(SxtKeyOptions entry) => new FileKeySource(entry, loggers.CreateLogger<FileKeySource>());
}
