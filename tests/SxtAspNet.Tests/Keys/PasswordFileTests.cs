using System.Runtime.Versioning;
using System.Text;
using static SxtAspNet.Tests.Keys.KeyVectors;

namespace SxtAspNet.Tests.Keys;

[UnsupportedOSPlatform("windows")]
public sealed class PasswordFileTests : KeyFileTests
{
    [Fact]
    public async Task A_password_from_the_options_decrypts() =>
        Assert.Equal(
            PublicKeyHex,
            await OpenAsync(new SxtKeyOptions { File = Write("sxt.pem", EncryptedPem), Password = Password }));

    [Theory]
    [InlineData(Password)]
    [InlineData(Password + "\n")]
    [InlineData(Password + "\r\n")]
    [InlineData("\uFEFF" + Password)]
    public async Task A_password_from_a_file_decrypts(string content)
    {
        var options = new SxtKeyOptions
        {
            File = Write("sxt.pem", EncryptedPem),
            PasswordFile = Write("password", content),
        };

        Assert.Equal(PublicKeyHex, await OpenAsync(options));
    }

    [Theory]
    [InlineData(Password + "\n\n")]
    [InlineData(Password + " ")]
    [InlineData(" " + Password)]
    public async Task Only_one_line_break_is_taken_off_a_password(string content)
    {
        var options = new SxtKeyOptions
        {
            File = Write("sxt.pem", EncryptedPem),
            PasswordFile = Write("password", content),
        };

        Assert.Contains("password is wrong", (await FailAsync(options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_password_names_the_settings()
    {
        SxtAuthenticationException failure =
            await FailAsync(new SxtKeyOptions { File = Write("sxt.pem", EncryptedPem) });

        Assert.Contains("PasswordFile and Password", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_file_that_others_can_write_is_refused()
    {
        string path = Write("password", Password, Private | UnixFileMode.OtherWrite);
        var options = new SxtKeyOptions { File = Write("sxt.pem", EncryptedPem), PasswordFile = path };

        Assert.Contains(
            $"The password file '{path}' can be written", (await FailAsync(options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_file_with_nothing_but_a_line_break_is_refused()
    {
        var options = new SxtKeyOptions
        {
            File = Write("sxt.pem", EncryptedPem),
            PasswordFile = Write("password", "\n"),
        };

        Assert.Contains("empty password", (await FailAsync(options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_password_file_that_is_not_UTF_8_is_refused()
    {
        string path = Write("password", "");
        await File.WriteAllBytesAsync(path, [0x70, 0xE4, 0x73, 0x73], TestContext.Current.CancellationToken);
        var options = new SxtKeyOptions { File = Write("sxt.pem", EncryptedPem), PasswordFile = path };

        Assert.Contains("not UTF-8", (await FailAsync(options)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("utf-16")]
    [InlineData("utf-16BE")]
    public async Task A_password_file_in_UTF_16_without_a_mark_is_refused(string encoding)
    {
        string path = Write("password", "");
        await File.WriteAllBytesAsync(path, Encoding.GetEncoding(encoding).GetBytes(Password), TestContext.Current.CancellationToken);
        var options = new SxtKeyOptions { File = Write("sxt.pem", EncryptedPem), PasswordFile = path };

        Assert.Contains("not UTF-8", (await FailAsync(options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_missing_password_file_is_named()
    {
        string path = At("none");
        var options = new SxtKeyOptions { File = Write("sxt.pem", EncryptedPem), PasswordFile = path };

        Assert.Contains(
            $"The password file '{path}' does not exist", (await FailAsync(options)).Message, StringComparison.Ordinal);
    }
}
