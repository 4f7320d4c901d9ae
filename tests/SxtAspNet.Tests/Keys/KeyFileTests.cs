using System.Runtime.Versioning;
using Microsoft.Extensions.Logging.Testing;

namespace SxtAspNet.Tests.Keys;

/// <summary>A directory of real key files, with the modes and links of Unix.</summary>
[UnsupportedOSPlatform("windows")]
public abstract class KeyFileTests : IDisposable
{
    private protected const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private protected DirectoryInfo Folder { get; } = Directory.CreateTempSubdirectory("sxt-keys-");

    private protected FakeLogger Logger { get; } = new();

    public void Dispose()
    {
        Folder.Delete(recursive: true);
        GC.SuppressFinalize(this);
    }

    private protected string At(string name) => Path.Combine(Folder.FullName, name);

    private protected string Write(string name, string content, UnixFileMode mode = Private)
    {
        string path = At(name);
        File.WriteAllText(path, content);
        File.SetUnixFileMode(path, mode);
        return path;
    }

    private protected string Link(string name, string target) => File.CreateSymbolicLink(At(name), target).FullName;

    private protected Task<string> OpenAsync(SxtKeyOptions options) => OpenAsync(new FileKeySource(options, Logger));

    private protected static async Task<string> OpenAsync(FileKeySource source)
    {
        using var key = (SxtSigningKey)await source.OpenAsync(TestContext.Current.CancellationToken);
        return Convert.ToHexStringLower(key.PublicKey.Span);
    }

    /// <summary>Opens a key that can't be opened. The limit turns a hang into a failure.</summary>
    private protected async Task<SxtAuthenticationException> FailAsync(SxtKeyOptions options)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromSeconds(20));
        SxtAuthenticationException failure = await Assert.ThrowsAsync<SxtAuthenticationException>(
            async () => await new FileKeySource(options, Logger).OpenAsync(limit.Token));
        Assert.Equal(SxtFailureReason.KeyUnavailable, failure.Reason);
        return failure;
    }
}
