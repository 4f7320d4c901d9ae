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
}
