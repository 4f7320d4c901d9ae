using System.Runtime.Versioning;
using SxtAspNet.Tool.Tests.Infrastructure;
using static SxtAspNet.Tests.Keys.KeyVectors;

namespace SxtAspNet.Tool.Tests;

public sealed class KeyShowTests : IDisposable
{
    private readonly KeyFolder _folder = new();

    public static TheoryData<string, string> TextForms => new()
    {
        { Pem, "PKCS#8 in PEM" },
        { PemWithText, "PKCS#8 in PEM" },
        { SeedBase64, "seed in base64" },
        { SeedHex, "seed in hex" },
        { $"0x{SeedHex}", "seed in hex" },
        { PairBase64, "seed and public key in base64" },
        { SeedHex + PublicKeyHex, "seed and public key in hex" },
        { DotEnv, "USER_PRIVATE_KEY in a .env file" },
        { NodeCredentials, "privateKeyB64_64 in a credentials.json" },
        { GoSession, "privateKey in a file of the Go SDK" },
        { Jwk, "JWK" },
    };

    public void Dispose() => _folder.Dispose();

    [Theory]
    [MemberData(nameof(TextForms))]
    public async Task It_tells_public_key_and_form_of_a_text(string content, string form)
    {
        var shown = await Sxt.RunAsync("key", "show", _folder.Write("key", content));

        Assert.Equal([PublicKeyBase64], shown.Succeeded().Lines);
        Assert.Equal($"form: {form}", shown.Error.TrimEnd());
    }

    [Fact]
    public async Task It_tells_the_form_of_DER() => await AssertFormAsync("PKCS#8 in DER", Der);

    [Fact]
    public async Task It_tells_the_form_of_raw_bytes() =>
        await AssertFormAsync("raw seed and public key", [.. Seed, .. PublicKey]);

    [Fact]
    public async Task It_tells_the_form_of_an_encrypted_key_with_its_password()
    {
        var shown = await Sxt.RunAsync(["key", "show", .. _folder.WriteEncrypted()]);

        Assert.Equal([PublicKeyBase64], shown.Succeeded().Lines);
        Assert.Equal("form: encrypted PKCS#8 in PEM", shown.Error.TrimEnd());
    }

    [Fact]
    public async Task It_tells_the_form_of_encrypted_DER_with_its_password() =>
        await AssertFormAsync(
            "encrypted PKCS#8 in DER",
            Convert.FromBase64String(EncryptedDerBase64),
            "--password-file",
            _folder.Write("password", Password));

    [Fact]
    public async Task An_encrypted_key_without_a_password_asks_for_its_file() =>
        (await Sxt.RunAsync("key", "show", _folder.Write("sxt.pem", EncryptedPem)))
            .FailedWith(_folder.At("sxt.pem"), "encrypted", "give --password-file");

    [Fact]
    public async Task A_wrong_password_is_named() =>
        (await Sxt.RunAsync(["key", "show", .. _folder.WriteEncrypted("battery-staple")]))
            .FailedWith(_folder.At("encrypted.pem"), "the password is wrong")
            .DidNotSay("Accepted are");

    [Fact]
    public async Task A_missing_password_file_is_named() =>
        (await Sxt.RunAsync("key", "show", _folder.Write("sxt.pem", EncryptedPem), "--password-file", _folder.At("none")))
            .FailedWith($"The password file '{_folder.At("none")}' does not exist");

    [Fact]
    public async Task A_missing_file_is_named() =>
        (await Sxt.RunAsync("key", "show", _folder.At("none.pem"))).FailedWith($"'{_folder.At("none.pem")}' does not exist. Check the path.");

    [Fact]
    public async Task What_is_no_key_is_refused_with_the_accepted_forms() =>
        (await Sxt.RunAsync("key", "show", _folder.Write("notes.txt", "nonsense?")))
            .FailedWith(_folder.At("notes.txt"), "no usable key", "Accepted are", "dotnet sxt key new FILE");

    [Theory]
    [InlineData(SeedHex)]
    [InlineData(SeedBase64)]
    [InlineData(PairBase64)]
    public async Task A_key_in_place_of_a_file_is_not_repeated(string key) =>
        (await Sxt.RunAsync("key", "show", key)).FailedWith("give the path of the file");

    [Fact]
    public async Task A_file_name_may_begin_with_an_at_sign()
    {
        var shown = await Sxt.RunAsync("key", "show", Path.GetRelativePath(Environment.CurrentDirectory, _folder.Write("@sxt.pem", Pem)));

        shown.Succeeded();
        Assert.Equal(2, (await Sxt.RunAsync("key", "show", "@none", "more")).ExitCode);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task A_file_that_everybody_can_read_is_shown_with_a_warning()
    {
        var path = KeyFolder.SetMode(_folder.Write("sxt.pem", Pem), UnixFileMode.UserRead | UnixFileMode.OtherRead);

        var shown = (await Sxt.RunAsync("key", "show", path)).Succeeded();

        Assert.Contains("dotnet sxt: warning: ", shown.Error, StringComparison.Ordinal);
        Assert.Contains($"chmod 600 '{path}'", shown.Error, StringComparison.Ordinal);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task A_file_of_one_s_own_that_nobody_may_read_needs_another_mode_not_another_owner()
    {
        var path = KeyFolder.SetMode(_folder.Write("sxt.pem", Pem), UnixFileMode.None);

        (await ToolProcess.RunUnprivilegedAsync("key", "show", path))
            .FailedWith($"'{path}'", "not even its owner (mode 0000)", $"chmod 600 '{path}'")
            .DidNotSay("Make that user its owner");
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task A_file_that_others_can_write_is_refused_as_an_app_refuses_it()
    {
        var path = KeyFolder.SetMode(_folder.Write("sxt.pem", Pem), UnixFileMode.UserRead | UnixFileMode.OtherWrite);

        (await Sxt.RunAsync("key", "show", path)).FailedWith("can be written by others", $"chmod 600 '{path}'");
    }

    private async Task AssertFormAsync(string form, byte[] content, params string[] options)
    {
        var shown = (await Sxt.RunAsync(["key", "show", _folder.Write("key", content), "--json", .. options])).Succeeded();

        Assert.Equal(PublicKeyBase64, shown.ReadJson().GetProperty("publicKey").GetString());
        Assert.Equal(form, shown.ReadJson().GetProperty("form").GetString());
    }
}
