using System.Runtime.Versioning;
using SxtAspNet.Tool.Tests.Infrastructure;

namespace SxtAspNet.Tool.Tests.Doctor;

/// <summary>The places that the doctor reads settings from, and what it says of one that can't be read.</summary>
[UnsupportedOSPlatform("windows")]
public class DoctorConfigurationTests
{
    [Theory]
    [InlineData("DOTNET_ENVIRONMENT=Staging ASPNETCORE_ENVIRONMENT=Test", "Staging")]
    [InlineData("ASPNETCORE_ENVIRONMENT=Test", "Test")]
    [InlineData("", "Production")]
    public async Task The_environment_is_the_one_that_a_host_would_have(string variables, string environment)
    {
        await using var app = await PatientApp.CreateAsync();
        app.WriteSettings();

        var result = await ToolProcess.RunInEnvironmentAsync(variables, "doctor", "--project", app.Folder.At("."));

        Assert.Contains($", in the environment {environment}", result.Succeeded().Lines[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_variable_is_an_environment_without_a_name_as_a_host_takes_it()
    {
        await using var app = await PatientApp.CreateAsync();
        app.WriteSettings();

        var result = await ToolProcess.RunInEnvironmentAsync("DOTNET_ENVIRONMENT= ASPNETCORE_ENVIRONMENT=Test", "doctor", "--project", app.Folder.At("."), "--json");

        new PatientApp.Report(result).Has("settings", "warning", "The environment has no name", "DOTNET_ENVIRONMENT").Has("settings", "ok", "in the environment ''");
    }

    [Theory]
    [InlineData("nowhere")]
    [InlineData("sxt.pem")]
    public async Task A_directory_of_settings_that_is_not_there_is_named_with_its_option(string name)
    {
        await using var app = await PatientApp.CreateAsync();

        (await app.ExamineAsync("--key-per-file", app.Folder.At(name)))
            .Has("settings", "wrong", $"There is no directory '{app.Folder.At(name)}' (--key-per-file).", "AddKeyPerFile");
    }

    [Theory]
    [InlineData("Orders.csproj")]
    [InlineData("appsettings.Development.json")]
    [InlineData("keys/Sxt__UserId", "--key-per-file", "keys")]
    public async Task A_file_that_may_not_be_read_is_named(string name, params string[] options)
    {
        await using var app = await PatientApp.CreateAsync();
        app.WriteSettings();
        Directory.CreateDirectory(app.Folder.At("keys"));
        KeyFolder.SetMode(app.Folder.Write(name, "{}"), UnixFileMode.None);

        var result = await ToolProcess.RunUnprivilegedAsync(
            ["doctor", "--project", app.Folder.At("."), "--environment", "Development", "--json", .. options.Select(option => option == "keys" ? app.Folder.At(option) : option)]);

        new PatientApp.Report(result).Has("settings", "wrong", app.Folder.At(name), "is denied", $"Let the user '{Environment.UserName}' read it");
    }

    [Fact]
    public async Task User_secrets_under_a_name_that_none_can_have_are_told()
    {
        await using var app = await PatientApp.CreateAsync();
        app.Folder.Write("Orders.csproj", "<Project><PropertyGroup><UserSecretsId>orders/secrets</UserSecretsId></PropertyGroup></Project>");

        (await app.ExamineAsync("--environment", "Development")).Has("settings", "wrong", "Invalid character '/'", "UserSecretsId");
    }
}
