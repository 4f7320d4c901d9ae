using SxtAspNet.Tool.Tests.Infrastructure;

namespace SxtAspNet.Tool.Tests;

public sealed class KeyNewTests : IDisposable
{
    private readonly KeyFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_prints_the_public_key_of_the_file_alone()
    {
        var made = (await Sxt.RunAsync("key", "new", _folder.At("sxt.pem"))).Succeeded();

        var shown = (await Sxt.RunAsync("key", "show", _folder.At("sxt.pem"), "--json")).Succeeded();
        Assert.Equal(shown.ReadJson().GetProperty("publicKey").GetString(), Assert.Single(made.Lines));
        Assert.Empty(made.Error);
    }

    [Fact]
    public async Task The_file_is_what_openssl_writes_for_an_Ed25519_key()
    {
        (await Sxt.RunAsync("key", "new", _folder.At("sxt.pem"))).Succeeded();

        var lines = await File.ReadAllLinesAsync(_folder.At("sxt.pem"), TestContext.Current.CancellationToken);
        Assert.Equal(["-----BEGIN PRIVATE KEY-----", "-----END PRIVATE KEY-----"], [lines[0], lines[2]]);
        Assert.Equal(3, lines.Length);

        // RFC 8410, section 7: version 1, the algorithm, and the seed in two octet strings.
        var der = Convert.FromBase64String(lines[1]);
        Assert.Equal(48, der.Length);
        Assert.Equal("302e020100300506032b657004220420", Convert.ToHexStringLower(der[..16]));
    }

    [Fact]
    public async Task Two_keys_differ()
    {
        var first = (await Sxt.RunAsync("key", "new", _folder.At("first.pem"))).Succeeded();
        var second = (await Sxt.RunAsync("key", "new", _folder.At("second.pem"))).Succeeded();

        Assert.NotEqual(first.Output, second.Output);
    }

    [Fact]
    public async Task It_is_the_only_file_that_is_left()
    {
        (await Sxt.RunAsync("key", "new", _folder.At("sxt.pem"))).Succeeded();

        Assert.Equal(["sxt.pem"], _folder.Names);
    }

    [Fact]
    public async Task An_existing_file_is_left_as_it_is()
    {
        var path = _folder.Write("sxt.pem", "precious");

        (await Sxt.RunAsync("key", "new", path)).FailedWith($"'{path}' exists", "another name");

        Assert.Equal("precious", await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
        Assert.Equal(["sxt.pem"], _folder.Names);
    }

    [Fact]
    public async Task A_link_that_leads_nowhere_is_not_followed()
    {
        File.CreateSymbolicLink(_folder.At("sxt.pem"), _folder.At("elsewhere.pem"));

        (await Sxt.RunAsync("key", "new", _folder.At("sxt.pem"))).FailedWith("exists");

        Assert.Equal(["sxt.pem"], _folder.Names);
    }

    [Fact]
    public async Task A_directory_is_named() =>
        (await Sxt.RunAsync("key", "new", Path.GetDirectoryName(_folder.At("sxt.pem"))!)).FailedWith("is a directory");

    [Fact]
    public async Task A_missing_directory_is_named() =>
        (await Sxt.RunAsync("key", "new", _folder.At("none/sxt.pem"))).FailedWith(_folder.At("none/sxt.pem"), "create that first");

    [Fact]
    public async Task A_name_that_the_file_system_refuses_leaves_nothing()
    {
        (await Sxt.RunAsync("key", "new", _folder.At(new string('x', 300)))).FailedWith("can't be written");

        Assert.Empty(_folder.Names);
    }

    [Fact]
    public async Task A_file_system_that_can_t_be_written_is_an_error()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has /proc, which nobody can write.");

        (await Sxt.RunAsync("key", "new", "/proc/sxt.pem")).FailedWith("'/proc/sxt.pem' can't be written");
    }

    [Fact]
    public void Given_up_before_the_file_is_there_it_leaves_nothing()
    {
        Assert.Throws<OperationCanceledException>(
            () => NewFile.Write(_folder.At("sxt.pem"), "content"u8, new CancellationToken(canceled: true)));

        Assert.Empty(_folder.Names);
    }

    [Fact]
    public async Task Of_two_at_once_exactly_one_wins_and_its_file_stays()
    {
        for (var round = 0; round < 100; round++)
        {
            var path = _folder.At($"{round}.pem");
            using var start = new Barrier(2);

            var results = await Task.WhenAll(RaceAsync(), RaceAsync());

            var winner = Assert.Single(results, result => result.ExitCode == 0);
            Assert.Single(results, result => result.ExitCode == 1).FailedWith("exists");
            var shown = (await Sxt.RunAsync("key", "show", path, "--json")).Succeeded();
            Assert.Equal(Assert.Single(winner.Lines), shown.ReadJson().GetProperty("publicKey").GetString());

            Task<ToolResult> RaceAsync() => Task.Factory.StartNew(
                () =>
                {
                    start.SignalAndWait();
                    return Sxt.RunAsync("key", "new", path);
                },
                CancellationToken.None,
                TaskCreationOptions.LongRunning,
                TaskScheduler.Default).Unwrap();
        }

        Assert.Equal(100, _folder.Names.Count());
    }
}
