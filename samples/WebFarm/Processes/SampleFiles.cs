namespace WebFarm.Processes;

/// <summary>Finds the samples from wherever the farm runs: its own output, or that of a test project.</summary>
public static class SampleFiles
{
    private static readonly DirectoryInfo Output = new(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));

    /// <summary>The directory of a project; of a sample, unless another folder is given.</summary>
    /// <exception cref="DirectoryNotFoundException">The farm does not run from a build of this repository.</exception>
    public static string DirectoryOf(string project, string folder = "samples")
    {
        for (var directory = Output; directory is not null; directory = directory.Parent)
        {
            var candidate = Path.Combine(directory.FullName, folder, project);
            if (Directory.Exists(candidate))
            {
                return candidate;
            }
        }

        throw new DirectoryNotFoundException($"No {folder}/{project} above {Output.FullName}.");
    }

    /// <summary>A project's assembly, in the configuration and for the framework that this program was built for.</summary>
    /// <exception cref="FileNotFoundException">It is not built.</exception>
    public static string AssemblyOf(string project, string folder = "samples")
    {
        var path = Path.Combine(DirectoryOf(project, folder), "bin", Output.Parent!.Name, Output.Name, $"{project}.dll");
        return File.Exists(path) ? path : throw new FileNotFoundException($"{project} is not built: {path} is missing.", path);
    }
}
