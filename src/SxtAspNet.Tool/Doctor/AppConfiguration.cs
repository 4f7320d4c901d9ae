using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace SxtAspNet.Tool.Doctor;

/// <summary>An app's configuration, read from the places where its host reads it, in the same order.</summary>
internal static partial class AppConfiguration
{
    private const string Area = "settings";
    private const string Development = "Development";

    /// <summary>The environment that an app started here would be in: of both prefixes, a WebApplicationBuilder lets DOTNET_ win.</summary>
    public static string DefaultEnvironment => AddHostVariables(new ConfigurationBuilder()).Build()["ENVIRONMENT"] ?? "Production";

    /// <param name="folder">The app's folder: that of its project, or where it was published to.</param>
    /// <param name="environment">Its environment.</param>
    /// <param name="keyPerFile">A directory with a file for each setting, if the app reads one.</param>
    /// <param name="diagnosis">Is told when a file can't be read.</param>
    public static IConfigurationRoot? TryRead(DirectoryInfo folder, string environment, string? keyPerFile, Diagnosis diagnosis)
    {
        if (keyPerFile is not null && !Directory.Exists(keyPerFile))
        {
            diagnosis.Wrong(
                Area,
                $"There is no directory '{Path.GetFullPath(keyPerFile)}' (--key-per-file).",
                "Give the one that the app gives to AddKeyPerFile, and check that it is mounted.");
            return null;
        }

        try
        {
            return Read(folder, environment, keyPerFile);
        }
        catch (Exception problem)
            when (problem is InvalidDataException or FormatException or InvalidOperationException or IOException or UnauthorizedAccessException)
        {
            // The innermost says the line; it quotes one character at most.
            var cause = problem.GetBaseException();
            diagnosis.Wrong(Area, cause == problem ? problem.Message : $"{problem.Message} {cause.Message}", FixOf(problem));
            return null;
        }
    }

    private static IConfigurationRoot Read(DirectoryInfo folder, string environment, string? keyPerFile)
    {
        var builder = AddHostVariables(new ConfigurationBuilder())
            .SetBasePath(folder.FullName)
            .AddJsonFile("appsettings.json", optional: true)
            .AddJsonFile($"appsettings.{environment}.json", optional: true);
        if (environment.Equals(Development, StringComparison.OrdinalIgnoreCase) && UserSecretsIdOf(folder) is { } id)
        {
            builder.AddUserSecrets(id);
        }

        builder.AddEnvironmentVariables();
        if (keyPerFile is not null)
        {
            builder.AddKeyPerFile(Path.GetFullPath(keyPerFile), optional: false);
        }

        return builder.Build();
    }

    private static string? FixOf(Exception problem) => problem switch
    {
        UnauthorizedAccessException => $"Let the user '{Environment.UserName}' read it, or run the doctor as the app's user.",
        InvalidOperationException => "Correct UserSecretsId in the project.",
        _ => null,
    };

    private static IConfigurationBuilder AddHostVariables(IConfigurationBuilder builder) =>
        builder.AddEnvironmentVariables("ASPNETCORE_").AddEnvironmentVariables("DOTNET_");

    /// <summary>As the compiler would find it: in the project, else in what its folders have in common.</summary>
    private static string? UserSecretsIdOf(DirectoryInfo folder)
    {
        var files = Directory.GetFiles(folder.FullName, "*.csproj").ToList();
        for (var parent = folder; parent is not null; parent = parent.Parent)
        {
            files.Add(Path.Combine(parent.FullName, "Directory.Build.props"));
        }

        // A folder above may be one that this user may not list.
        return files.Where(File.Exists).Select(file => UserSecretsId().Match(File.ReadAllText(file)))
            .FirstOrDefault(match => match.Success)?.Groups[1].Value.Trim();
    }

    [GeneratedRegex("<UserSecretsId>([^<$]+)</UserSecretsId>")]
    private static partial Regex UserSecretsId();
}
