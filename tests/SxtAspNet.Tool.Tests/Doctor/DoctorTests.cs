using System.Text.Json.Nodes;
using SxtAspNet.Testing;
using SxtAspNet.Tool.Tests.Infrastructure;
using static SxtAspNet.Tests.Keys.KeyVectors;

namespace SxtAspNet.Tool.Tests.Doctor;

/// <summary>Settings, keys and the gateway in each kind of trouble.</summary>
public class DoctorTests
{
    [Fact]
    public async Task A_sound_app_is_ok()
    {
        await using var app = await PatientApp.CreateAsync();

        var report = await app.ExamineAsync("--login");

        report.Has("settings", "ok", "user 'orders-service'", app.Gateway.BaseAddress.ToString(), "Production")
            .Has("keys", "ok", app.Account.KeyFile, PublicKeyBase64)
            .Has("gateway", "ok", "answers")
            .Has("clock", "ok", "within")
            .Has("login", "ok", "a login works")
            .Has("redis", "note", "--redis")
            .HasNoOtherTroubleThan();
        Assert.Equal(0, app.Gateway.Calls.Count(SxtGatewayCallKind.Logout));
    }

    [Fact]
    public async Task Without_being_told_to_it_does_not_log_in()
    {
        await using var app = await PatientApp.CreateAsync();

        (await app.ExamineAsync()).Has("login", "note", "--login").HasNoOtherTroubleThan();

        Assert.Equal(0, app.Gateway.Calls.Count(SxtGatewayCallKind.Challenge));
    }

    [Fact]
    public async Task People_get_a_line_for_each_thing_and_a_sum()
    {
        await using var app = await PatientApp.CreateAsync();
        app.WriteSettings();

        var result = await Sxt.RunAsync("doctor", "--project", app.Folder.At("appsettings.json"), "--environment", "Production");

        Assert.StartsWith("ok       settings  user 'orders-service'", result.Output, StringComparison.Ordinal);
        Assert.Matches(@"^0 wrong, 0 warnings, \d ok\.$", result.Lines[^1]);
    }

    [Fact]
    public async Task Each_wrong_setting_is_told_with_the_nearest_known_name()
    {
        await using var app = await PatientApp.CreateAsync();
        app.Sxt["GatewayUri"] = "https://gateway.example.com";
        app.Sxt["RenewBefore"] = "5";

        (await app.ExamineAsync())
            .Has("settings", "wrong", "'Sxt:GatewayUri' is not a setting; did you mean GatewayUrl?")
            .Has("settings", "wrong", "'Sxt:RenewBefore' is \"5\", a number without a unit")
            .Has("settings", "note", "The rest was not looked at");
    }

    [Fact]
    public async Task A_section_of_another_name_is_missing_until_it_is_given()
    {
        await using var app = await PatientApp.CreateAsync();
        var section = app.Sxt.DeepClone();
        app.Settings["SpaceAndTime"] = section;
        app.Settings.Remove("Sxt");

        (await app.ExamineAsync()).Has("settings", "wrong", "The section 'Sxt' is missing or empty.");
        (await app.ExamineAsync("--section", "SpaceAndTime")).HasNoOtherTroubleThan();
    }

    [Theory]
    [InlineData("appsettings.Staging.json", "Staging")]
    [InlineData("keys/Sxt__UserId", "Production")]
    [InlineData("user secrets", "Development")]
    [InlineData("environment", "Production")]
    public async Task Settings_come_from_where_the_host_reads_them(string place, string environment)
    {
        await using var app = await PatientApp.CreateAsync();
        var secrets = Guid.NewGuid().ToString("N");
        var folder = Path.GetDirectoryName(Microsoft.Extensions.Configuration.UserSecrets.PathHelper.GetSecretsPathFromSecretsId(secrets))!;
        const string Variable = "Sxt__UserId";
        try
        {
            switch (place)
            {
                case "appsettings.Staging.json":
                    app.Folder.Write(place, """{ "Sxt": { "UserId": "somebody-else" } }""");
                    break;
                case "user secrets":
                    app.Folder.Write("Orders.csproj", $"<Project><PropertyGroup><UserSecretsId>{secrets}</UserSecretsId></PropertyGroup></Project>");
                    Directory.CreateDirectory(folder);
                    await File.WriteAllTextAsync(Path.Combine(folder, "secrets.json"), """{ "Sxt:UserId": "somebody-else" }""", TestContext.Current.CancellationToken);
                    break;
                case "environment":
                    app.Settings["EnvironmentOnly"] = app.Sxt.DeepClone();
                    Environment.SetEnvironmentVariable("EnvironmentOnly__UserId", "somebody-else");
                    break;
                default:
                    Directory.CreateDirectory(app.Folder.At("keys"));
                    app.Folder.Write("keys/" + Variable, "somebody-else");
                    break;
            }

            var report = await app.ExamineAsync(
                ["--environment", environment, .. place.StartsWith("keys", StringComparison.Ordinal) ? ["--key-per-file", app.Folder.At("keys")] : Array.Empty<string>(), .. place == "environment" ? ["--section", "EnvironmentOnly"] : Array.Empty<string>()]);

            report.Has("settings", "ok", "user 'somebody-else'").Has("gateway", "wrong", "knows no user 'somebody-else'", "Check UserId");
        }
        finally
        {
            Environment.SetEnvironmentVariable("EnvironmentOnly__UserId", null);
            if (Directory.Exists(folder))
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }

    [Fact]
    public async Task A_file_that_is_no_json_is_named()
    {
        await using var app = await PatientApp.CreateAsync();
        app.Folder.Write("appsettings.Staging.json", "{ \"Sxt\": ");

        (await app.ExamineAsync("--environment", "Staging")).Has("settings", "wrong", "appsettings.Staging.json", "LineNumber: 0");
    }

    [Fact]
    public async Task A_folder_that_is_not_there_is_named() =>
        (await Sxt.RunAsync("doctor", "--project", "nowhere")).FailedWith("nowhere", "--project");

    [Fact]
    public async Task Keys_that_do_not_open_or_are_open_to_all_are_told_with_their_fix()
    {
        await using var app = await PatientApp.CreateAsync();
        KeyFolder.SetMode(app.Account.KeyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        app.Folder.Write("encrypted.pem", EncryptedPem);
        app.Folder.Write("password", "wrong");
        app.Sxt["Keys"]!.AsArray().Add(new JsonObject { ["File"] = "missing.pem" });
        app.Sxt["Keys"]!.AsArray().Add(new JsonObject { ["File"] = "encrypted.pem", ["PasswordFile"] = "password" });

        (await app.ExamineAsync())
            .Has("keys", "ok", app.Account.KeyFile)
            .Has("keys", "warning", "mode 0604", "chmod 600")
            .Has("keys", "wrong", app.Folder.At("missing.pem"), "does not exist")
            .Has("keys", "wrong", app.Folder.At("encrypted.pem"), "password")
            .HasNoOtherTroubleThan("keys");
    }

    [Fact]
    public async Task Keys_in_vaults_and_devices_are_opened_as_the_app_opens_them()
    {
        await using var app = await PatientApp.CreateAsync();
        app.Folder.Write("pin", "1234");
        app.Sxt["KeyTimeout"] = "00:00:01";
        app.Sxt["Keys"]!.AsArray().Add(new JsonObject { ["AzureKeyVault"] = new JsonObject { ["VaultUri"] = "https://no-such-vault.vault.azure.net/", ["Secret"] = "sxt-key" } });
        app.Sxt["Keys"]!.AsArray().Add(new JsonObject
        {
            ["Pkcs11"] = new JsonObject { ["Library"] = "/no/such/device.so", ["TokenLabel"] = "token", ["KeyLabel"] = "key", ["PinFile"] = "pin" },
        });

        (await app.ExamineAsync())
            .Has("keys", "wrong", "no-such-vault")
            .Has("keys", "wrong", "PKCS#11 key 'key' on token 'token'", "Check Library")
            .HasNoOtherTroubleThan("keys");
    }

    [Fact]
    public async Task A_seal_of_its_own_is_opened()
    {
        await using var app = await PatientApp.CreateAsync();
        (await Sxt.RunAsync("seal", "new", app.Folder.At("farm.seal"))).Succeeded();
        app.Sxt["Seal"] = new JsonArray(new JsonObject { ["File"] = "farm.seal" }, new JsonObject { ["File"] = "old.seal" });

        (await app.ExamineAsync())
            .Has("seal", "ok", app.Folder.At("farm.seal"))
            .Has("seal", "wrong", app.Folder.At("old.seal"), "does not exist")
            .HasNoOtherTroubleThan("seal");
    }

    [Fact]
    public async Task A_key_that_is_not_on_the_keyring_is_named_by_its_public_key()
    {
        await using var app = await PatientApp.CreateAsync();
        var (_, publicKey) = app.Folder.WriteNewKey("other.pem");
        app.Sxt["Keys"]![0]!["File"] = "other.pem";

        (await app.ExamineAsync("--login"))
            .Has("login", "wrong", Convert.ToBase64String(publicKey), "keyring")
            .HasNoOtherTroubleThan("login");
    }

    [Fact]
    public async Task A_gateway_that_is_not_there_is_told_in_the_words_of_the_app()
    {
        await using var app = await PatientApp.CreateAsync();
        app.Sxt["GatewayUrl"] = "http://127.0.0.1:1/";

        (await app.ExamineAsync()).Has("gateway", "wrong", "connection refused", "check GatewayUrl").HasNoOtherTroubleThan("gateway");
    }

    [Fact]
    public async Task A_name_that_cannot_be_resolved_is_told()
    {
        await using var app = await PatientApp.CreateAsync();
        app.Sxt["GatewayUrl"] = "https://no-such-gateway.invalid/";

        (await app.ExamineAsync()).Has("gateway", "wrong", "The name no-such-gateway.invalid can't be resolved", "DNS").HasNoOtherTroubleThan("gateway");
    }

    [Fact]
    public async Task A_certificate_that_is_not_trusted_is_told()
    {
        await using var app = await PatientApp.CreateAsync();
        await using var https = await SxtGatewayEmulator.StartHttpsAsync(cancellationToken: TestContext.Current.CancellationToken);
        app.Sxt["GatewayUrl"] = https.BaseAddress.ToString();

        (await app.ExamineAsync()).Has("gateway", "wrong", "the certificate is not trusted").HasNoOtherTroubleThan("gateway");
    }

    [Fact]
    public async Task A_wrong_clock_is_told()
    {
        await using var app = await PatientApp.CreateAsync(gateway: new() { ClockOffset = TimeSpan.FromMinutes(5) });

        (await app.ExamineAsync()).Has("clock", "warning", "behind the gateway's", "NTP").HasNoOtherTroubleThan("clock");
    }
}
