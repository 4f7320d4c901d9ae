using SxtAspNet.Tool.Tests.Infrastructure;

namespace SxtAspNet.Tool.Tests;

public sealed class SealNewTests : IDisposable
{
    private readonly KeyFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_writes_32_random_bytes_and_prints_nothing()
    {
        var first = (await Sxt.RunAsync("seal", "new", _folder.At("first"))).Succeeded();
        (await Sxt.RunAsync("seal", "new", _folder.At("second"))).Succeeded();

        var (one, two) = (File.ReadAllText(_folder.At("first")), File.ReadAllText(_folder.At("second")));
        Assert.Empty(first.Output);
        Assert.Equal(32, Convert.FromBase64String(one).Length);
        Assert.NotEqual(one, two);
    }

    [Fact]
    public async Task An_app_accepts_the_file_as_its_seal()
    {
        (await Sxt.RunAsync("seal", "new", _folder.At("seal"))).Succeeded();

        using var seal = SxtSealSecret.Parse(await File.ReadAllBytesAsync(_folder.At("seal"), TestContext.Current.CancellationToken));
        Assert.NotNull(seal);
    }

    [Fact]
    public async Task An_existing_file_is_left_as_it_is()
    {
        var path = _folder.Write("seal", "precious");

        (await Sxt.RunAsync("seal", "new", path)).FailedWith($"'{path}' exists", "another name");

        Assert.Equal("precious", await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
    }
}
