using System.Runtime.Versioning;
using Microsoft.Extensions.Logging.Testing;
using SxtAspNet.Keys;
using static SxtAspNet.Tests.Keys.KeyVectors;

namespace SxtAspNet.Tests.Keys;

[UnsupportedOSPlatform("windows")]
public sealed class FileKeySourceTests : KeyFileTests
{
    // openssl pkcs8 -topk8 -in key.pem -v2 aes-256-cbc -iter 2000000 -passout pass:correct-horse
    private const string SlowPem =
        """
        -----BEGIN ENCRYPTED PRIVATE KEY-----
        MIGcMFgGCSqGSIb3DQEFDTBLMCoGCSqGSIb3DQEFDDAdBAjgwE3A86EfMAIDHoSA
        MAwGCCqGSIb3DQIJBQAwHQYJYIZIAWUDBAEqBBAvq2wH4TgoOf02IcDVKhjABEDk
        uZkPiByepDfPGFhhRY5YliBEgRKCcBwRfKn5HcZvygLsu58TM4rFO2X8M73+vPgt
        18Y1llKgKBFAh9tgRkpF
        -----END ENCRYPTED PRIVATE KEY-----
        """;

    [Fact]
    public async Task Opening_logs_the_public_key_and_nothing_else_of_the_key()
    {
        await OpenAsync(new SxtKeyOptions { File = Write("sxt.pem", Pem) });

        FakeLogRecord record = Assert.Single(Logger.Collector.GetSnapshot());
        Assert.Equal(1301, record.Id.Id);
        Assert.Contains(PublicKeyBase64, record.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(SeedBase64[..8], record.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_file_may_hold_an_api_key_and_opening_it_logs_nothing_of_it()
    {
        var source = new FileKeySource(new SxtKeyOptions { File = Write("sxt.key", "sxt_0123456789abcdefghijklmnop\n") }, Logger);

        using var key = await source.OpenAsync(TestContext.Current.CancellationToken);

        Assert.Equal("sxt_0123456789abcdefghijklmnop", Assert.IsType<SxtApiKey>(key).GetValue());
        Assert.Equal("Opened the API key from file '" + At("sxt.key") + "'.", Assert.Single(Logger.Collector.GetSnapshot()).Message);
    }

    [Fact]
    public async Task A_key_that_Kubernetes_rotates_is_seen_at_the_next_opening()
    {
        // As the kubelet lays it out: the path leads through the link "..data", which it replaces.
        foreach ((string version, string pem) in new[] { ("..1", Pem), ("..2", Rfc8410Pem) })
        {
            Folder.CreateSubdirectory(version);
            Write($"{version}/sxt.pem", pem, UnixFileMode.UserRead);
        }

        string data = Link("..data", "..1");
        var source = new FileKeySource(new SxtKeyOptions { File = Link("sxt.pem", "..data/sxt.pem") }, Logger);
        Assert.Equal(PublicKeyHex, await OpenAsync(source));

        File.Delete(data);
        Link("..data", "..2");

        Assert.Equal(Rfc8410PublicKeyHex, await OpenAsync(source));
    }

    [Fact]
    public async Task A_rewritten_file_is_seen_at_the_next_opening()
    {
        var source = new FileKeySource(new SxtKeyOptions { File = Write("sxt.pem", Pem) }, Logger);
        await OpenAsync(source);

        Write("sxt.pem", Rfc8410Pem);

        Assert.Equal(Rfc8410PublicKeyHex, await OpenAsync(source));
    }

    [Fact]
    public async Task A_file_that_another_has_open_for_writing_opens()
    {
        string path = Write("sxt.pem", Pem);
        await using FileStream writer = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);

        Assert.Equal(PublicKeyHex, await OpenAsync(new SxtKeyOptions { File = path }));
    }

    [Fact]
    public async Task Content_that_is_no_key_is_refused_without_quoting_it()
    {
        string path = Write("sxt.pem", "hunter2-and-a-long-secret");

        SxtAuthenticationException failure = await FailAsync(new SxtKeyOptions { File = path });

        Assert.Contains($"'{path}' holds no usable key", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", failure.ToString(), StringComparison.Ordinal);
        Assert.IsType<FormatException>(failure.InnerException);
    }

    [Fact]
    public async Task A_caller_that_gives_up_does_not_wait_for_the_key()
    {
        // Its password takes far longer than a cancellation.
        string path = Write("sxt.pem", SlowPem);
        using var giveUp = new CancellationTokenSource();

        var keys = new KeyOpener(new KeySources(static options => options.Keys, [], []), new Runtime(TimeProvider.System));
        Task opening = keys.OpenAsync(new FileKeySource(new SxtKeyOptions { File = path, Password = Password }, Logger), new(), giveUp.Token);
        await giveUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening);
    }

    [Fact]
    public async Task A_file_that_blocks_blocks_the_thread_of_its_caller_who_counts_them()
    {
        var opening = new FileKeySource(new SxtKeyOptions { File = Write("sxt.pem", Pem) }, Logger).OpenAsync(TestContext.Current.CancellationToken);

        Assert.True(opening.IsCompletedSuccessfully);
        (await opening).Dispose();
    }

    [Fact]
    public void A_password_and_a_password_file_exclude_each_other() =>
        Assert.Throws<ArgumentException>(() => new FileKeySource(
            new SxtKeyOptions { File = "sxt.pem", Password = Password, PasswordFile = "password" }, Logger));

    [Fact]
    public void ToString_names_the_file() =>
        Assert.Equal(
            "file /run/secrets/sxt.pem",
            new FileKeySource(new SxtKeyOptions { File = "/run/secrets/sxt.pem", Password = "x" }, Logger).ToString());

    [Fact]
    public void A_relative_path_is_named_in_full() =>
        Assert.Equal(
            $"file {Path.GetFullPath("sxt.pem")}",
            new FileKeySource(new SxtKeyOptions { File = "sxt.pem" }, Logger).ToString());
}
