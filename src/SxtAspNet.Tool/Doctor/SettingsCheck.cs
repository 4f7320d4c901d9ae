namespace SxtAspNet.Tool.Doctor;

/// <summary>Are the settings sound?</summary>
internal sealed class SettingsCheck(ExaminedApp app, Diagnosis diagnosis)
{
    private const string Area = "settings";

    /// <returns>Whether the rest can be looked at.</returns>
    public bool Run()
    {
        var settings = app.Settings;
        var environment = settings.Environment.Length == 0 ? "''" : settings.Environment;
        if (settings.Environment.Length == 0)
        {
            // A host does not take an empty variable for one that is not set.
            diagnosis.Warn(
                Area,
                "The environment has no name, so appsettings.Production.json is not read.",
                "Remove DOTNET_ENVIRONMENT and ASPNETCORE_ENVIRONMENT where they are empty, or give them a name.");
        }

        var problems = app.FindProblems();
        foreach (var problem in problems)
        {
            diagnosis.Wrong(Area, problem);
        }

        if (problems.Count > 0)
        {
            diagnosis.Note(Area, $"The rest was not looked at. The settings are those of {settings.Folder} in the environment {environment}.");
            return false;
        }

        var options = app.Options;
        var user = options.UserId.Length == 0 ? "the user of the API key" : $"user '{options.UserId}'";
        diagnosis.Ok(Area, $"{user} at {options.GatewayUrl}, in the environment {environment}");
        if (SxtDefaults.IsFormerGateway(options.GatewayUrl))
        {
            diagnosis.Warn(Area, $"{SxtDefaults.BothGateways}.", "Change or remove GatewayUrl.");
        }

        return true;
    }
}
