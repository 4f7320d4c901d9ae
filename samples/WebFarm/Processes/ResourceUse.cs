using System.Diagnostics;

namespace WebFarm.Processes;

/// <summary>What a process holds at one moment. On Linux, handles are open file descriptors.</summary>
public sealed record ResourceUse(double MemoryMb, int Handles, int Threads)
{
    private const double Megabyte = 1 << 20;

    // A Process must not be read from several threads, and several pages may be open.
    private static readonly Lock Reading = new();

    /// <summary>What the process holds now; <see langword="null"/> when it has ended.</summary>
    public static ResourceUse? Of(Process process)
    {
        try
        {
            lock (Reading)
            {
                process.Refresh();
                return new ResourceUse(
                    Math.Round(process.WorkingSet64 / Megabyte, 1), process.HandleCount, process.Threads.Count);
            }
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
