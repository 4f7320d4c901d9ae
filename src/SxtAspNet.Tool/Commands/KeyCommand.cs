using System.CommandLine;

namespace SxtAspNet.Tool.Commands;

/// <summary>dotnet sxt key</summary>
internal static class KeyCommand
{
    public static Command Create() => new("key", "Key files: signing keys on this machine.")
    {
        KeyNewCommand.Create(),
        KeyShowCommand.Create(),
        KeyWrapCommand.Create(),
    };
}
