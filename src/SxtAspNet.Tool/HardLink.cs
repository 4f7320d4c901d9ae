using System.Runtime.InteropServices;

namespace SxtAspNet.Tool;

/// <summary>link(2), which .NET does not offer: it names a file anew, or fails when the name is taken.</summary>
internal static partial class HardLink
{
    /// <summary>EEXIST, the same number on every Unix.</summary>
    private const int NameIsTaken = 17;

    /// <returns>Why there is no link; <see langword="null"/> when there is.</returns>
    public static Error? Create(string existing, string created) =>
        Link(existing, created) == 0
            ? null
            : new Error(Marshal.GetLastPInvokeError() == NameIsTaken, Marshal.GetLastPInvokeErrorMessage());

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string existing, string created);

    /// <param name="IsExisting">Whether something has that name already.</param>
    /// <param name="Message">The system's words.</param>
    internal sealed record Error(bool IsExisting, string Message);
}
