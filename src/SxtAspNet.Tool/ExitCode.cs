namespace SxtAspNet.Tool;

/// <summary>What the process ends with; scripts rely on it, docs/tool.md and --help list it.</summary>
internal static class ExitCode
{
    public const int Success = 0;

    /// <summary>The operation failed; one line on stderr says why.</summary>
    public const int Failure = 1;

    /// <summary>The command line can't be understood; nothing was done.</summary>
    public const int Usage = 2;

    /// <summary>It was done, but stdout took no output.</summary>
    public const int OutputLost = 3;

    /// <summary>128 + SIGINT, as shells report it.</summary>
    public const int Interrupted = 130;

    /// <summary>128 + SIGTERM, as shells report it.</summary>
    public const int Terminated = 143;
}
