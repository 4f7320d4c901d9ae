using System.Diagnostics;
using SxtAspNet.Tool.Tests.Infrastructure;

namespace SxtAspNet.Tool.Tests;

/// <summary>Both ways between the tool and openssl itself.</summary>
public sealed class OpenSslTests : IDisposable
{
    private readonly KeyFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Openssl_reads_a_new_key()
    {
        SkipWithoutOpenSsl();
        var made = (await Sxt.RunAsync("key", "new", _folder.At("sxt.pem"))).Succeeded();

        var der = await OpenSslAsync("pkey", "-in", _folder.At("sxt.pem"), "-pubout", "-outform", "DER");

        Assert.Equal(Assert.Single(made.Lines), Convert.ToBase64String(der[^32..]));
    }

    [Fact]
    public async Task A_new_key_that_openssl_encrypted_is_shown()
    {
        SkipWithoutOpenSsl();
        var made = (await Sxt.RunAsync("key", "new", _folder.At("sxt.pem"))).Succeeded();
        var password = _folder.Write("password", "a-password\n");
        var encrypted = await OpenSslAsync(
            "pkcs8", "-topk8", "-in", _folder.At("sxt.pem"), "-v2", "aes-256-cbc", "-passout", $"file:{password}");

        var shown = await Sxt.RunAsync("key", "show", _folder.Write("encrypted.pem", encrypted), "--password-file", password, "--json");

        Assert.Equal(Assert.Single(made.Lines), shown.Succeeded().ReadJson().GetProperty("publicKey").GetString());
    }

    private static void SkipWithoutOpenSsl()
    {
        var folders = Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator) ?? [];
        var name = OperatingSystem.IsWindows() ? "openssl.exe" : "openssl";
        Assert.SkipUnless(Array.Exists(folders, folder => File.Exists(Path.Combine(folder, name))), "openssl is not installed.");
    }

    private static async Task<byte[]> OpenSslAsync(params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo("openssl", arguments) { RedirectStandardOutput = true })!;
        using var output = new MemoryStream();
        await process.StandardOutput.BaseStream.CopyToAsync(output, TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
        return output.ToArray();
    }
}
