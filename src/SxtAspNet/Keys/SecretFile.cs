using System.Security;
using System.Text;
using System.Text.Unicode;
using Microsoft.Extensions.Logging;
using Microsoft.Win32.SafeHandles;

namespace SxtAspNet;

/// <summary>
/// A file that holds a secret. It is read anew each time, through any symbolic links (Kubernetes swaps one to rotate a
/// secret), and only if it is a regular file that nobody but its owner can write.
/// </summary>
internal sealed class SecretFile(string kind, string path, bool requirePrivate, ILogger logger)
{
    /// <summary>The most bytes that are read; a crowded .env file is far smaller.</summary>
    internal const int MaxSize = 64 * 1024;

    private const UnixFileMode WritableByOthers = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    private int _warned;

    /// <summary>The absolute path, so that an error also tells where a relative one led.</summary>
    internal string Path { get; } = System.IO.Path.GetFullPath(path);

    private string Fix => $"Run: chmod 600 '{Path}'; in Kubernetes, set defaultMode: 0440 on the volume, and fsGroup.";

    internal SecretBuffer<byte> Read()
    {
        try
        {
            CheckType();

            // Sharing everything: a rotation that writes the file must not fail because it is being read.
            using SafeFileHandle handle = File.OpenHandle(
                Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (!OperatingSystem.IsWindows())
            {
                CheckMode(File.GetUnixFileMode(handle));
            }

            return ReadContent(handle);
        }
        catch (UnauthorizedAccessException exception)
        {
            throw Unavailable(ExplainDenial(), exception);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Unavailable(
                "does not exist. Check the path in the settings, and that the secret is mounted.", exception);
        }
        catch (Exception exception) when (exception is IOException or NotSupportedException or SecurityException)
        {
            throw Unavailable("can't be read. Check the path in the settings, and the disk or mount.", exception);
        }
    }

    /// <summary>
    /// Reads a secret that somebody wrote: UTF-8 text. The byte order mark of an editor and one line break at the end are no part of it;
    /// a second line break is.
    /// </summary>
    /// <param name="secret">What it is, for messages.</param>
    internal SecretBuffer<byte> ReadText(string secret)
    {
        var content = Read();
        try
        {
            ReadOnlySpan<byte> text = content.Span;
            text = text.StartsWith(Encoding.UTF8.Preamble) ? text[Encoding.UTF8.Preamble.Length..] : text;
            text = text is [.., (byte)'\r', (byte)'\n'] ? text[..^2] : text is [.., (byte)'\n'] ? text[..^1] : text;

            // UTF-16 without a mark is UTF-8 too, with a NUL beside each letter.
            if (!Utf8.IsValid(text) || text.Contains((byte)0))
            {
                throw Unavailable("is not UTF-8 text. Save it as UTF-8; in Windows PowerShell: Set-Content -Encoding utf8.");
            }

            if (text.IsEmpty)
            {
                throw Unavailable($"holds an empty {secret}. Write the {secret} into it.");
            }

            text.CopyTo(content.Span);
            content.Truncate(text.Length);
            return content;
        }
        catch
        {
            content.Dispose();
            throw;
        }
    }

    internal SxtAuthenticationException Unavailable(string problem, Exception? cause = null) =>
        new(SxtFailureReason.KeyUnavailable, $"The {kind} '{Path}' {problem}", cause);

    /// <summary>Whoever owns a file that its owner may not read needs another mode, not another owner.</summary>
    private string ExplainDenial()
    {
        try
        {
            if (!OperatingSystem.IsWindows()
                && File.GetUnixFileMode(Path) is var mode
                && (mode & UnixFileMode.UserRead) == 0)
            {
                return $"may be read by nobody, not even its owner (mode {Octal(mode)}). {Fix}";
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // Its directory may not be searched either, so the words below are right.
        }

        return $"may not be read by the user '{Environment.UserName}' of this process. Make that user its owner.";
    }

    private static string Octal(UnixFileMode mode) => Convert.ToString((int)mode, 8).PadLeft(4, '0');

    /// <summary>
    /// Before the file is opened, because opening a pipe waits for a writer. .NET does not tell a pipe, a socket or a
    /// device from a file, but each of them is empty, which no file with a secret is.
    /// </summary>
    private void CheckType()
    {
        if (Directory.Exists(Path))
        {
            throw Unavailable("is a directory. Set the path of the file in it.");
        }

        var file = new FileInfo(Path);
        var target = (FileInfo?)file.ResolveLinkTarget(returnFinalTarget: true) ?? file;
        if (target.Length == 0)
        {
            throw Unavailable(
                "is empty, or it is a pipe, a socket or a device. Give a regular file with the secret in it.");
        }
    }

    private void CheckMode(UnixFileMode mode)
    {
        string octal = Octal(mode);
        if ((mode & WritableByOthers) != 0)
        {
            throw Unavailable(
                $"can be written by others than its owner (mode {octal}), who could replace the secret. {Fix}");
        }

        if ((mode & UnixFileMode.OtherRead) == 0)
        {
            return;
        }

        if (requirePrivate)
        {
            throw Unavailable(
                $"can be read by every user of this machine (mode {octal}), and " +
                $"{nameof(SxtKeyOptions.RequirePrivateFile)} is set. {Fix}");
        }

        if (Interlocked.Exchange(ref _warned, 1) == 0)
        {
            KeyLog.ReadableByOthers(logger, kind, Path, octal);
        }
    }

    private SecretBuffer<byte> ReadContent(SafeFileHandle handle)
    {
        long length = RandomAccess.GetLength(handle);
        if (length > MaxSize)
        {
            throw Unavailable(
                $"is larger than {MaxSize / 1024} KiB, so it is not what it should be. Check the path.");
        }

        // One byte more than the file had: whether it grew meanwhile shows without a second look.
        var content = new SecretBuffer<byte>((int)length + 1);
        try
        {
            int total = 0;
            int read;
            while ((read = RandomAccess.Read(handle, content.Span[total..], total)) > 0)
            {
                total += read;
            }

            if (total != length)
            {
                throw Unavailable("changed while it was read. Replace it by renaming a complete file over it.");
            }

            content.Truncate(total);
            return content;
        }
        catch
        {
            content.Dispose();
            throw;
        }
    }
}
