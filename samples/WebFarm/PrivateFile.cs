namespace WebFarm;

/// <summary>A new file with a secret, for its owner only.</summary>
internal static class PrivateFile
{
    public static async Task WriteAsync(string path, string secret, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using var file = new StreamWriter(path, options);
        await file.WriteAsync(secret.AsMemory(), cancellationToken);
    }
}
