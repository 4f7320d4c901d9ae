using System.Runtime.Versioning;
using System.Security.Cryptography;
using SxtAspNet.AzureKeyVault;
using SxtAspNet.Tool.Tests.Infrastructure;

namespace SxtAspNet.Tool.Tests;

public sealed class KeyWrapTests : IDisposable
{
    private readonly KeyFolder _folder = new();
    private readonly RSA _vault = RSA.Create(2048);

    public void Dispose()
    {
        _folder.Dispose();
        _vault.Dispose();
    }

    [Fact]
    public async Task The_vaults_key_alone_opens_the_file_that_names_it()
    {
        var (path, publicKey) = _folder.WriteNewKey("sxt.pem");

        var done = (await RunAsync(path)).Succeeded();

        var wrapped = WrappedKey.Parse(await File.ReadAllBytesAsync(_folder.At("sxt.wrapped"), TestContext.Current.CancellationToken))!;
        using var key = SxtSigningKey.FromSeed(_vault.Decrypt(wrapped.Seed, RSAEncryptionPadding.OaepSHA256));
        Assert.Equal(publicKey, key.PublicKey);
        Assert.Equal(publicKey, wrapped.PublicKey);
        Assert.Equal((new Uri("https://contoso.vault.azure.net"), "sxt-wrap", "0123456789abcdef"), (wrapped.Vault, wrapped.Key, wrapped.Version));
        Assert.Equal(Convert.ToBase64String(publicKey), Assert.Single(done.Lines));
    }

    [Fact]
    public async Task A_file_that_is_no_RSA_key_is_refused_and_nothing_is_written()
    {
        var (path, _) = _folder.WriteNewKey("sxt.pem");

        (await RunAsync(path, _folder.Write("rsa.pem", "hello"))).FailedWith("holds no RSA public key in PEM");

        Assert.DoesNotContain("sxt.wrapped", _folder.Names);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Where_nobody_reads_the_public_key_stderr_has_it_and_says_where_the_file_is()
    {
        var (path, publicKey) = _folder.WriteNewKey("sxt.pem");

        (await ToolProcess.RunRedirectedAsync(">/dev/full", Arguments(path))).EndedWith(
            3, "can't be written to stdout", $"The wrapped key is in '{_folder.At("sxt.wrapped")}'", $"its public key is {Convert.ToBase64String(publicKey)}.");

        Assert.Contains("sxt.wrapped", _folder.Names);
    }

    private Task<ToolResult> RunAsync(string path, string? publicKey = null) => Sxt.RunAsync(Arguments(path, publicKey));

    private string[] Arguments(string path, string? publicKey = null) =>
    [
        "key", "wrap", path, _folder.At("sxt.wrapped"), "--vault", "https://contoso.vault.azure.net", "--key", "sxt-wrap",
        "--version", "0123456789abcdef", "--public-key", publicKey ?? _folder.Write("rsa.pem", _vault.ExportSubjectPublicKeyInfoPem()),
    ];
}
