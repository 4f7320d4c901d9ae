using SxtAspNet.Tool.Tests.Infrastructure;

namespace SxtAspNet.Tool.Tests;

public sealed class SealNewTests : IDisposable
{
    private readonly KeyFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_writes_32_random_bytes_that_an_app_reads_and_prints_nothing()
    {
        var made = (await Sxt.RunAsync("seal", "new", _folder.At("seal"))).Succeeded();

        var content = await File.ReadAllBytesAsync(_folder.At("seal"), TestContext.Current.CancellationToken);
        Assert.Equal(32, Convert.FromBase64String(System.Text.Encoding.ASCII.GetString(content)).Length);
        SxtSealSecret.Parse(content).Dispose();
        Assert.Empty(made.Output);
        Assert.Empty(made.Error);
    }

    [Fact]
    public async Task The_file_is_for_its_owner_only()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no file modes.");
        (await Sxt.RunAsync("seal", "new", _folder.At("seal"))).Succeeded();

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, new FileInfo(_folder.At("seal")).UnixFileMode);
    }

    [Fact]
    public async Task An_existing_file_is_left_as_it_is()
    {
        var path = _folder.Write("seal", "precious");

        (await Sxt.RunAsync("seal", "new", path)).FailedWith($"'{path}' exists", "another name");

        Assert.Equal("precious", await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
    }
}
