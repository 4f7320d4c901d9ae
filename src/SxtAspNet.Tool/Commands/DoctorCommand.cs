using System.CommandLine;
using SxtAspNet.Tool.Doctor;

namespace SxtAspNet.Tool.Commands;

/// <summary>dotnet sxt doctor</summary>
internal static class DoctorCommand
{
    public static Command Create()
    {
        var project = Inputs.OptionalFile("--project", "The app's folder, or its project file. Default: the current folder.");
        var environment = new Option<string>("--environment") { Description = "The app's environment. Default: DOTNET_ENVIRONMENT, ASPNETCORE_ENVIRONMENT, else Production.", HelpName = "NAME" };
        var keyPerFile = Inputs.OptionalFile("--key-per-file", "A directory with a file for each setting, where the app reads one (AddKeyPerFile).");
        var section = new Option<string>("--section") { Description = "The section that the app gives to AddSxt.", HelpName = "NAME", DefaultValueFactory = _ => "Sxt" };
        var redis = new Option<string>("--redis") { Description = $"The name of the connection string that the app gives to AddRedis. Default: ConnectionStringName in --redis-section, else {ExaminedSettings.UsualRedis}, if there is one.", HelpName = "NAME" };
        var redisSection = new Option<string>("--redis-section") { Description = "The section that the app binds to AddRedis's options, if it does.", HelpName = "NAME", DefaultValueFactory = _ => "SxtRedis" };
        var prefix = new Option<string>("--prefix") { Description = "What the farm's keys begin with: the app's InstanceName and SxtRedisOptions.Prefix, where code sets them.", HelpName = "TEXT" };
        var database = new Option<int?>("--database") { Description = "The Redis database, where code sets it.", HelpName = "NUMBER" };
        var login = new Option<bool>("--login") { Description = "Logs in once. It does not log out: that would end all sessions of the user." };
        var json = Inputs.Json();
        var command = new Command("doctor", "Says what is wrong with an app's settings, keys, gateway and Redis, and how to fix it.")
        {
            project, environment, keyPerFile, section, redis, redisSection, prefix, database, login, json,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var folder = FolderOf(parsed.GetValue(project) ?? ".");
            var name = parsed.GetValue(environment) ?? AppConfiguration.DefaultEnvironment;
            var diagnosis = new Diagnosis();
            if (AppConfiguration.TryRead(folder, name, parsed.GetValue(keyPerFile), diagnosis) is { } configuration)
            {
                var app = new ExaminedApp(new ExaminedSettings
                {
                    Configuration = configuration,
                    Folder = folder.FullName,
                    Environment = name,
                    Section = parsed.GetRequiredValue(section),
                    RedisName = parsed.GetValue(redis),
                    RedisSection = parsed.GetRequiredValue(redisSection),
                    Prefix = parsed.GetValue(prefix),
                    Database = parsed.GetValue(database),
                });
                await using (app.ConfigureAwait(false))
                {
                    await ExamineAsync(app, diagnosis, parsed.GetValue(login), cancellationToken).ConfigureAwait(false);
                }
            }

            await diagnosis.WriteAsync(parsed.InvocationConfiguration.Output, parsed.GetValue(json)).ConfigureAwait(false);
            return diagnosis.IsOk ? ExitCode.Success : ExitCode.Failure;
        });
        return command;
    }

    private static async Task ExamineAsync(ExaminedApp app, Diagnosis diagnosis, bool login, CancellationToken cancellationToken)
    {
        if (new SettingsCheck(app, diagnosis).Run())
        {
            await new KeyCheck(app, diagnosis).RunAsync(cancellationToken).ConfigureAwait(false);
            await new GatewayCheck(app, diagnosis, TimeProvider.System).RunAsync(login, cancellationToken).ConfigureAwait(false);
            await new RedisCheck(app, diagnosis, TimeProvider.System).RunAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    private static DirectoryInfo FolderOf(string project)
    {
        var path = Path.GetFullPath(project);
        return File.Exists(path) ? new FileInfo(path).Directory!
            : Directory.Exists(path) ? new DirectoryInfo(path)
            : throw new ToolException($"There is no '{path}'; give the app's folder or its project file by --project.");
    }
}
