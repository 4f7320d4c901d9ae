using System.Security.Cryptography;

namespace SxtAspNet.Testing.Core;

/// <summary>Makes key files for apps that run as processes of their own.</summary>
internal static class KeyFile
{
    /// <summary>Makes a key and writes its private half to a new file, for the file's owner only.</summary>
    /// <returns>The public half.</returns>
    public static byte[] Create(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using var file = new StreamWriter(path, options);
        var seed = RandomNumberGenerator.GetBytes(SxtSigningKey.SeedSize);
        try
        {
            using var key = SxtSigningKey.FromSeed(seed);
            file.Write(Convert.ToHexString(seed));
            return key.PublicKey.ToArray();
        }
        finally
        {
            CryptographicOperations.ZeroMemory(seed);
        }
    }
}
