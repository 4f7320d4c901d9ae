using System.Runtime.Versioning;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using static SxtAspNet.Tests.Keys.KeyVectors;

namespace SxtAspNet.Tests.Keys;

[UnsupportedOSPlatform("windows")]
public sealed class KeyFileModeTests : KeyFileTests
{
    [Fact]
    public async Task A_private_file_opens_in_silence()
    {
        string path = Write("sxt.pem", Pem);

        Assert.Equal(PublicKeyHex, await OpenAsync(new SxtKeyOptions { File = path }));
        Assert.DoesNotContain(Logger.Collector.GetSnapshot(), record => record.Level > LogLevel.Debug);
    }

    [Fact]
    public async Task A_file_that_the_group_can_read_opens_in_silence()
    {
        string path = Write("sxt.pem", Pem, UnixFileMode.UserRead | UnixFileMode.GroupRead);

        Assert.Equal(PublicKeyHex, await OpenAsync(new SxtKeyOptions { File = path, RequirePrivateFile = true }));
        Assert.DoesNotContain(Logger.Collector.GetSnapshot(), record => record.Level > LogLevel.Debug);
    }

    [Theory]
    [InlineData(UnixFileMode.GroupWrite, "0620")]
    [InlineData(UnixFileMode.OtherWrite, "0602")]
    public async Task A_file_that_others_can_write_is_refused(UnixFileMode more, string mode)
    {
        string path = Write("sxt.pem", Pem, Private | more);

        SxtAuthenticationException failure = await FailAsync(new SxtKeyOptions { File = path });

        Assert.Contains($"mode {mode}", failure.Message, StringComparison.Ordinal);
        Assert.Contains($"chmod 600 '{path}'", failure.Message, StringComparison.Ordinal);
        Assert.Contains("defaultMode: 0440", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_world_readable_file_opens_and_warns_once_with_the_mend()
    {
        string path = Write("sxt.pem", Pem, Private | UnixFileMode.OtherRead);
        var source = new FileKeySource(new SxtKeyOptions { File = path }, Logger);

        await OpenAsync(source);
        await OpenAsync(source);

        FakeLogRecord warning = Assert.Single(
            Logger.Collector.GetSnapshot(), record => record.Level == LogLevel.Warning);
        Assert.Equal(1300, warning.Id.Id);
        Assert.Contains("mode 0604", warning.Message, StringComparison.Ordinal);
        Assert.Contains($"chmod 600 '{path}'", warning.Message, StringComparison.Ordinal);
        Assert.Contains("defaultMode: 0440", warning.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_world_readable_file_is_refused_where_a_private_one_is_required()
    {
        string path = Write("sxt.pem", Pem, Private | UnixFileMode.OtherRead);

        SxtAuthenticationException failure =
            await FailAsync(new SxtKeyOptions { File = path, RequirePrivateFile = true });

        Assert.Contains("RequirePrivateFile", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_mode_of_a_link_s_target_counts()
    {
        string path = Link("link.pem", Write("sxt.pem", Pem, Private | UnixFileMode.GroupWrite));

        Assert.Contains(
            "mode 0620", (await FailAsync(new SxtKeyOptions { File = path })).Message, StringComparison.Ordinal);
    }
}
