using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using SxtAspNet.Tool.Commands;

namespace SxtAspNet.Tool;

/// <summary>The arguments as they are understood, and what is wrong with them.</summary>
internal sealed class CommandLine
{
    private readonly string[] _arguments;
    private readonly RootCommand _root;

    public CommandLine(string[] arguments)
    {
        _arguments = arguments;
        _root = new RootCommand("Keys, seals, logins and users of Space and Time, a doctor for apps, a probe of the gateway and an emulator of it.")
        {
            KeyCommand.Create(),
            KeyringCommand.Create(),
            SealCommand.Create(),
            LoginCommand.Create(),
            RegisterCommand.Create(),
            DoctorCommand.Create(),
            ProbeCommand.Create(),
            EmulatorCommand.Create(),
        };
        _root.HelpName = SxtTool.Name;
        foreach (var help in _root.Options.OfType<HelpOption>())
        {
            help.Action = new HelpText((HelpAction)help.Action!);
        }

        // A file name may well begin with an at sign.
        Parsed = _root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null });
    }

    public ParseResult Parsed { get; }

    private Command Command => Parsed.CommandResult.Command;

    /// <summary>What to correct, each a line that says how; none: the command can run, or only help is wanted.</summary>
    public IReadOnlyList<string> Problems()
    {
        var isCommand = Parsed.Action is null or ParseErrorAction || Parsed.Action == Command.Action;
        if (!isCommand)
        {
            return [];
        }

        if (Command.Subcommands.Count > 0)
        {
            return [MissingCommand()];
        }

        // Whatever else is wrong follows from an option that is not known.
        string[] unknown = [.. _arguments.Where(IsUnknownOption).Select(UnknownOption)];
        return unknown.Length > 0 ? unknown : [.. Parsed.Errors.Select(error => $"{error.Message} See '{NameOf(Command)} --help'.")];
    }

    private string MissingCommand()
    {
        var known = $"See '{NameOf(Command)} --help'.";
        if (Parsed.UnmatchedTokens is not [var word, ..])
        {
            return $"Give a command: {string.Join(", ", Command.Subcommands.Select(command => command.Name))}. {known}";
        }

        var wrong = word.StartsWith('-') ? $"'{word}' is no option of '{NameOf(Command)}'" : $"There is no command '{NameOf(Command)} {word}'";
        var nearest = Nearest.To(word, Leaves(Command).Concat(Leaves(_root)), leaf => leaf.Name)
            ?? Nearest.To(word, Command.Subcommands, command => command.Name);
        return nearest is null ? $"{wrong}. {known}" : $"{wrong}; did you mean '{NameOf(nearest)}'? {known}";
    }

    /// <summary>The parser takes an option that it does not know for a value. A negative number is one.</summary>
    private bool IsUnknownOption(string argument) =>
        argument.StartsWith('-') && argument != "--" && !(argument.Length > 1 && char.IsAsciiDigit(argument[1]))
        && !OptionNames().Contains(argument.Split('=', ':')[0]);

    private string UnknownOption(string argument)
    {
        var name = argument.Split('=', ':')[0];
        var wrong = name == "-"
            ? "'-' is no file; give a path. Keys are neither read from stdin nor written to stdout."
            : $"'{name}' is no option of '{NameOf(Command)}'{Suggestion(name)}";
        return $"{wrong} See '{NameOf(Command)} --help'.";
    }

    private string Suggestion(string name) => Nearest.To(name, OptionNames(), option => option) is { } near
        ? $"; did you mean '{near}'?"
        : $". For a file of that name, write ./{name}.";

    private IEnumerable<string> OptionNames() =>
        Command.Options.Concat(_root.Options.Where(option => option.Recursive)).SelectMany(option => option.Aliases.Append(option.Name));

    private static IEnumerable<Command> Leaves(Command command) =>
        command.Subcommands.Count == 0 ? [command] : command.Subcommands.SelectMany(Leaves);

    private string NameOf(Command command) => command == _root
        ? SxtTool.Name
        : $"{NameOf(command.Parents.OfType<Command>().First())} {command.Name}";
}
