using System.Globalization;
using System.Numerics;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace SxtAspNet.Tests.Keys;

/// <summary>All memory that this process can write, as a dump of it would hold it. Linux only.</summary>
internal static class OwnMemory
{
    private const byte Mask = 0x5A;
    private const int Chunk = 1 << 20;

    /// <summary>
    /// A secret in disguise: a search for it leaves no copy in memory that it would find itself.
    /// </summary>
    public static byte[] Disguise(ReadOnlySpan<byte> secret)
    {
        var disguised = GC.AllocateArray<byte>(secret.Length, pinned: true);
        secret.CopyTo(disguised);
        ApplyMask(disguised);
        return disguised;
    }

    /// <summary>How often each of the secrets is in memory.</summary>
    public static int[] Count(IReadOnlyList<byte[]> disguised)
    {
        var buffer = GC.AllocateArray<byte>(Chunk, pinned: true);
        var start = (long)Marshal.UnsafeAddrOfPinnedArrayElement(buffer, 0);
        var found = new int[disguised.Count];
        using var memory = File.OpenHandle("/proc/self/mem", options: FileOptions.None);
        foreach (var (from, to) in WritableRegions())
        {
            if (start < from || start >= to)
            {
                Search(memory, from, to, buffer, disguised, found);
                continue;
            }

            // All but the buffer itself, which holds copies of what was read before.
            Search(memory, from, start, buffer, disguised, found);
            Search(memory, start + Chunk, to, buffer, disguised, found);
        }

        return found;
    }

    private static void Search(SafeFileHandle memory, long from, long to, byte[] buffer, IReadOnlyList<byte[]> disguised, int[] found)
    {
        // Chunks overlap, so that no secret lies across the end of one.
        var overlap = disguised.Max(secret => secret.Length) - 1;
        while (to - from > overlap)
        {
            var length = (int)Math.Min(to - from, Chunk);
            int read;
            try
            {
                read = RandomAccess.Read(memory, buffer.AsSpan(0, length), from);
            }
            catch (IOException)
            {
                // Given back to the system since the regions were listed.
                return;
            }

            ApplyMask(buffer.AsSpan(0, read));
            for (var i = 0; i < found.Length; i++)
            {
                found[i] += buffer.AsSpan(0, read).Count(disguised[i]);
            }

            if (read < Chunk)
            {
                return;
            }

            from += Chunk - overlap;
        }
    }

    private static void ApplyMask(Span<byte> content)
    {
        foreach (ref var vector in MemoryMarshal.Cast<byte, Vector<byte>>(content))
        {
            vector ^= new Vector<byte>(Mask);
        }

        foreach (ref var value in content[(content.Length - (content.Length % Vector<byte>.Count))..])
        {
            value ^= Mask;
        }
    }

    /// <summary>Regions with a page in memory; others hold nothing yet.</summary>
    private static List<(long From, long To)> WritableRegions()
    {
        List<(long From, long To)> regions = [];
        (long From, long To)? region = null;
        foreach (var line in File.ReadLines("/proc/self/smaps"))
        {
            var parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            if (!parts[0].EndsWith(':'))
            {
                var ends = parts[0].Split('-');
                region = parts[1].StartsWith("rw", StringComparison.Ordinal) ? (Hex(ends[0]), Hex(ends[1])) : null;
            }
            else if (parts[0] == "Rss:" && parts[1] != "0" && region is { } written)
            {
                regions.Add(written);
            }
        }

        return regions;
    }

    private static long Hex(string text) => long.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
