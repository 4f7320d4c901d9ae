using System.Text;
using static SxtAspNet.Tests.Keys.KeyVectors;

namespace SxtAspNet.Tool.Tests.Infrastructure;

/// <summary>A directory of key files that goes away with its test.</summary>
internal sealed class KeyFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sxt-tool-tests-");

    /// <summary>The names of all that is in it, hidden files included.</summary>
    public IEnumerable<string> Names => _folder.EnumerateFileSystemInfos().Select(entry => entry.Name);

    public string At(string name) => Path.Combine(_folder.FullName, name);

    public string Write(string name, string content) => Write(name, Encoding.UTF8.GetBytes(content));

    public string Write(string name, byte[] content)
    {
        File.WriteAllBytes(At(name), content);
        return SetMode(At(name), UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    public static string SetMode(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, mode);
        }

        return path;
    }

    /// <summary>The key of the vectors, encrypted, and the options that give its file and its password.</summary>
    public string[] WriteEncrypted(string password = Password) =>
        [Write("encrypted.pem", EncryptedPem), "--password-file", Write("password", $"{password}\n")];

    /// <summary>A key that is made here, apart from the one of the vectors.</summary>
    public (string Path, byte[] PublicKey) WriteNewKey(string name)
    {
        using var pair = KeyPair.Create();
        return (Write(name, pair.Pem.ToArray()), Convert.FromBase64String(pair.PublicKey));
    }

    public void Dispose() => _folder.Delete(recursive: true);
}
