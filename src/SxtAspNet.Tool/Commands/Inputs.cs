using System.CommandLine;
using System.CommandLine.Parsing;

namespace SxtAspNet.Tool.Commands;

/// <summary>Arguments and options that several commands have.</summary>
internal static class Inputs
{
    public static Argument<string> File(string name, string description)
    {
        var argument = new Argument<string>(name) { Description = description };
        argument.Validators.Add(result => CheckPath(result, name));
        return argument;
    }

    public static Option<string> PasswordFile(string name, string description) => OptionalFile(name, description);

    public static Option<bool> Json() => new("--json") { Description = "Prints one JSON object." };

    public static Option<string> RequiredFile(string name, string description)
    {
        var option = OptionalFile(name, description);
        option.Required = true;
        return option;
    }

    public static Option<string> OptionalFile(string name, string description)
    {
        var option = new Option<string>(name) { Description = description, HelpName = "FILE" };
        option.Validators.Add(result => CheckPath(result, name));
        return option;
    }

    private static void CheckPath(SymbolResult result, string name)
    {
        if (result.Tokens is not [{ Value: var value }])
        {
            return;
        }

        if (string.IsNullOrWhiteSpace(value))
        {
            result.AddError($"{name} is empty; give the path of a file.");
        }
        else if (value.StartsWith('-'))
        {
            result.AddError($"{name} begins with '-', as options do; for a file of that name, write ./{value}.");
        }
    }
}
