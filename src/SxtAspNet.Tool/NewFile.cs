namespace SxtAspNet.Tool;

/// <summary>
/// Writes a file that only its owner can read, complete or not at all, and never over another one.
/// </summary>
internal static class NewFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Writes the file.</summary>
    /// <exception cref="ToolException">It exists, or can't be written; nothing is left behind.</exception>
    /// <exception cref="OperationCanceledException">Given up before the file was there; nothing is left behind.</exception>
    public static void Write(string path, ReadOnlySpan<byte> content, CancellationToken cancellationToken)
    {
        path = Path.GetFullPath(path);
        var directory = Path.GetDirectoryName(path);
        if (Directory.Exists(path) || directory is null)
        {
            throw new ToolException($"'{path}' is a directory; give the name of a new file in it.");
        }

        if (!Directory.Exists(directory))
        {
            throw new ToolException($"The file '{path}' can't be written, because its directory does not exist; create that first.");
        }

        var temporary = Path.Combine(directory, $".sxt-{Guid.NewGuid():N}.tmp");
        try
        {
            try
            {
                WriteTemporary(temporary, content);
                cancellationToken.ThrowIfCancellationRequested();
                MoveIntoPlace(temporary, path);
            }
            finally
            {
                File.Delete(temporary);
            }
        }
        catch (UnauthorizedAccessException failure)
        {
            throw new ToolException(
                $"The file '{path}' can't be written: the user '{Environment.UserName}' may not write into its directory.", failure);
        }
        catch (IOException failure)
        {
            throw new ToolException($"The file '{path}' can't be written ({failure.Message}); check the path and the disk.", failure);
        }
    }

    private static void WriteTemporary(string path, ReadOnlySpan<byte> content)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            Share = FileShare.None,
            BufferSize = 0, // A buffer would keep a copy of the content.
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnly;
        }

        using var file = new FileStream(path, options);
        if (!OperatingSystem.IsWindows())
        {
            // A umask can have taken more away.
            File.SetUnixFileMode(file.SafeFileHandle, OwnerOnly);
        }

        file.Write(content);
        file.Flush(flushToDisk: true);
    }

    /// <summary>
    /// A second name for the file, given only if nothing has that name yet. On Unix, <see cref="File.Move(string, string)"/>
    /// looks first and renames then, so of two at once the second would replace the file of the first.
    /// </summary>
    private static void MoveIntoPlace(string temporary, string path)
    {
        if (OperatingSystem.IsWindows())
        {
            MoveOnWindows(temporary, path);
            return;
        }

        switch (HardLink.Create(temporary, path))
        {
            case null:
                return;
            case { IsExisting: true }:
                throw Exists(path);
            case { } error:
                throw new ToolException(
                    $"The file '{path}' can't be written ({error.Message}); give another name, or a directory on a file system with hard links.");
        }
    }

    private static void MoveOnWindows(string temporary, string path)
    {
        try
        {
            File.Move(temporary, path, overwrite: false);
        }
        catch (IOException) when (Path.Exists(path))
        {
            throw Exists(path);
        }
    }

    private static ToolException Exists(string path) =>
        new($"The file '{path}' exists and was left as it is; give another name.");
}
