using System.Runtime.CompilerServices;

namespace SxtAspNet.Packages.Tests.Infrastructure;

internal static class Repository
{
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", ".."));

    public static string Tests { get; } = Path.Combine(Root, "tests", "SxtAspNet.Packages.Tests");

    private static string Here([CallerFilePath] string file = "") => file;
}
