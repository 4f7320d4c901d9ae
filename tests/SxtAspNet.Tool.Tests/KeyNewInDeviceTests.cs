using System.Diagnostics;
using SxtAspNet.Tool.Tests.Infrastructure;

namespace SxtAspNet.Tool.Tests;

/// <summary>dotnet sxt key new --pkcs11, as a process, with a SoftHSM token.</summary>
public sealed class KeyNewInDeviceTests : IAsyncLifetime
{
    private const string Module = "/usr/lib/softhsm/libsofthsm2.so";
    private const string Pin = "482913";

    private readonly KeyFolder _folder = new();

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(File.Exists(Module), "SoftHSM 2 is not installed (Debian: softhsm2).");
        Directory.CreateDirectory(_folder.At("tokens"));
        Environment.SetEnvironmentVariable(
            "SOFTHSM2_CONF", _folder.Write("softhsm2.conf", $"directories.tokendir = {_folder.At("tokens")}\nobjectstore.backend = file\nlog.level = ERROR\n"));
        string[] arguments = ["--init-token", "--free", "--label", "prod", "--pin", Pin, "--so-pin", Pin];
        using var made = Process.Start(new ProcessStartInfo("softhsm2-util", arguments) { RedirectStandardOutput = true })!;
        await made.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, made.ExitCode);
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task It_makes_a_key_in_the_device_prints_its_public_key_and_leaves_what_is_there()
    {
        var made = (await ToolProcess.RunAsync(NewKey("sxt", Pin))).Succeeded();

        Assert.Equal(SxtSigningKey.PublicKeySize, Convert.FromBase64String(Assert.Single(made.Lines)).Length);
        Assert.Empty(made.Error);
        (await ToolProcess.RunAsync(NewKey("sxt", Pin))).FailedWith("has a private key of that name already", "another label or id");
        (await ToolProcess.RunAsync([.. NewKey("sxt", Pin), "--key-id", "0a0b"])).Succeeded();
    }

    [Fact]
    public async Task Such_a_key_comes_onto_a_keyring_and_logs_in()
    {
        await using var account = await TestAccount.StartAsync();
        string[] gateway = ["--gateway", account.Gateway.BaseAddress.ToString(), "--user"];
        var publicKey = Assert.Single((await ToolProcess.RunAsync(NewKey("sxt", Pin))).Succeeded().Lines);

        (await ToolProcess.RunAsync(["keyring", "add", .. Device("sxt"), .. account.Options])).Succeeded();
        var login = (await ToolProcess.RunAsync(["login", .. Device("sxt"), .. gateway, account.UserId])).Succeeded();
        (await ToolProcess.RunAsync(["register", "--email", "ops@example.com", .. Device("sxt"), .. gateway, "reports"])).Succeeded();

        Assert.Contains($"public key: {publicKey}", login.Lines);
        Assert.Equal([publicKey], (await ToolProcess.RunAsync(["keyring", "list", .. Device("sxt"), .. gateway, "reports"])).Succeeded().Lines);
    }

    [Fact]
    public async Task The_doctor_looks_for_module_and_PIN_in_the_folder_of_the_app()
    {
        var publicKey = Assert.Single((await ToolProcess.RunAsync(NewKey("sxt", Pin))).Succeeded().Lines);
        Directory.CreateDirectory(_folder.At("modules"));
        File.CreateSymbolicLink(_folder.At("modules/device.so"), Module);
        _folder.Write("appsettings.json", """
            { "Sxt": { "GatewayUrl": "http://127.0.0.1:1/", "UserId": "orders-service", "Keys": [ { "Pkcs11":
                { "Library": "modules/device.so", "TokenLabel": "prod", "KeyLabel": "sxt", "PinFile": "pin" } } ] } }
            """);

        var doctor = await ToolProcess.RunAsync("doctor", "--project", _folder.At("."));

        Assert.Contains($"ok       keys      PKCS#11 key 'sxt' on token 'prod': a signing key, whose public key is {publicKey}", doctor.Lines);
    }

    [Fact]
    public async Task A_key_that_is_not_in_the_device_is_said_in_the_words_of_the_command_line() =>
        (await ToolProcess.RunAsync(["login", .. Device("none"), "--user", "orders-service"]))
            .FailedWith("The token has no such private key", "Check --key-label and --key-id", "dotnet sxt key new --pkcs11");

    [Fact]
    public async Task A_wrong_PIN_is_said_in_the_words_of_the_command_line() =>
        (await ToolProcess.RunAsync(NewKey("sxt", "000000"))).FailedWith("refuses the PIN", "Correct --pin-file.").DidNotSay("000000").DidNotSay("PinFile");

    [Fact]
    public async Task A_device_that_is_not_there_is_said_in_the_words_of_the_command_line() =>
        (await ToolProcess.RunAsync(
            "key", "new", "--pkcs11", Module, "--token-label", "elsewhere", "--key-label", "sxt", "--pin-file", _folder.Write("pin", Pin)))
            .FailedWith("No token has that label", "--token-label").DidNotSay("TokenLabel");

    [Fact]
    public async Task Where_nobody_reads_the_public_key_stderr_has_it() =>
        (await ToolProcess.RunRedirectedAsync(">/dev/full", NewKey("sxt", Pin))).EndedWith(3, "The new PKCS#11 key 'sxt' on token 'prod' is there", "its public key is ");

    private string[] NewKey(string label, string pin) => ["key", "new", .. Device(label, pin)];

    private string[] Device(string label, string pin = Pin) =>
        ["--pkcs11", Module, "--token-label", "prod", "--key-label", label, "--pin-file", _folder.Write("pin", pin)];
}
