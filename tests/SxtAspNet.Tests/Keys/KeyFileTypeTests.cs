using System.Diagnostics;
using System.Runtime.Versioning;
using static SxtAspNet.Tests.Keys.KeyVectors;

namespace SxtAspNet.Tests.Keys;

[UnsupportedOSPlatform("windows")]
public sealed class KeyFileTypeTests : KeyFileTests
{
    [Fact]
    public async Task A_missing_file_is_named()
    {
        string path = At("none.pem");

        SxtAuthenticationException failure = await FailAsync(new SxtKeyOptions { File = path });

        Assert.Contains($"The key file '{path}' does not exist", failure.Message, StringComparison.Ordinal);
        Assert.IsType<FileNotFoundException>(failure.InnerException);
    }

    [Fact]
    public async Task A_missingFolder_is_named()
    {
        string path = At("none/sxt.pem");

        SxtAuthenticationException failure = await FailAsync(new SxtKeyOptions { File = path });

        Assert.Contains($"'{path}' does not exist", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_to_nothing_is_refused() =>
        Assert.Contains(
            "does not exist",
            (await FailAsync(new SxtKeyOptions { File = Link("sxt.pem", "none.pem") })).Message,
            StringComparison.Ordinal);

    [Fact]
    public async Task A_link_to_itself_is_refused() =>
        Assert.Contains(
            "can't be read",
            (await FailAsync(new SxtKeyOptions { File = Link("sxt.pem", "sxt.pem") })).Message,
            StringComparison.Ordinal);

    [Fact]
    public async Task AFolder_is_refused() =>
        Assert.Contains(
            "is a directory",
            (await FailAsync(new SxtKeyOptions { File = Folder.FullName })).Message,
            StringComparison.Ordinal);

    [Theory]
    [InlineData("/dev/null")]
    [InlineData("/dev/zero")]
    public async Task A_device_is_refused(string path) =>
        Assert.Contains(
            "a device", (await FailAsync(new SxtKeyOptions { File = path })).Message, StringComparison.Ordinal);

    [Fact]
    public async Task A_pipe_is_refused_without_waiting_for_its_writer()
    {
        string path = At("pipe");
        using (Process mkfifo = Process.Start("mkfifo", path))
        {
            await mkfifo.WaitForExitAsync(TestContext.Current.CancellationToken);
        }

        Assert.Contains(
            "a pipe", (await FailAsync(new SxtKeyOptions { File = path })).Message, StringComparison.Ordinal);
        Assert.Contains(
            "a pipe",
            (await FailAsync(new SxtKeyOptions { File = Link("link", path) })).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_file_is_refused() =>
        Assert.Contains(
            "is empty",
            (await FailAsync(new SxtKeyOptions { File = Write("sxt.pem", "") })).Message,
            StringComparison.Ordinal);

    [Fact]
    public async Task A_file_over_64_KiB_is_refused()
    {
        string path = Write("sxt.pem", Pem.PadRight((64 * 1024) + 1));

        Assert.Contains(
            "larger than 64 KiB",
            (await FailAsync(new SxtKeyOptions { File = path })).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_of_64_KiB_opens() =>
        Assert.Equal(
            PublicKeyHex, await OpenAsync(new SxtKeyOptions { File = Write("sxt.pem", Pem.PadRight(64 * 1024)) }));
}
