using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;

namespace SxtAspNet.Tool.Commands;

/// <summary>The options that say who logs in where, with which key. They are checked as an app's settings are.</summary>
internal sealed class LoginOptions
{
    private const int LongestTimeout = 120;

    private static readonly SxtOptions Defaults = new();

    private readonly Option<Uri> _gateway = new("--gateway")
    {
        Description = "Base URL of the gateway; https, or http on a loopback address.",
        HelpName = "URL",
        CustomParser = ReadGateway,
        DefaultValueFactory = _ => Defaults.GatewayUrl,
    };

    private readonly Option<string> _user = new("--user")
    {
        Description = "The Space and Time user id.",
        HelpName = "ID",
        Required = true,
    };

    private readonly Option<string> _key = Inputs.OptionalFile("--key", "The file with a key on the user's keyring, in any of the accepted forms.");

    private readonly DeviceOptions? _device;

    private readonly Option<string> _passwordFile = Inputs.PasswordFile(Wording.PasswordFile, "A file with the password of an encrypted --key.");

    private readonly Option<int> _timeout = new("--timeout")
    {
        Description = "Time limit of each gateway call, and for opening a key, in seconds.",
        HelpName = "SECONDS",
        CustomParser = ReadTimeout,
        DefaultValueFactory = _ => (int)Defaults.GatewayTimeout.TotalSeconds,
    };

    private readonly Option<bool> _json = Inputs.Json();

    /// <param name="mayBeDevice">Whether the key that logs in may be in a device; not where the command has a use of its own for these options.</param>
    public LoginOptions(bool mayBeDevice = true)
    {
        _device = mayBeDevice ? new DeviceOptions() : null;
        _user.Validators.Add(CheckUser);
    }

    public void AddTo(Command command)
    {
        foreach (var option in (ReadOnlySpan<Option>)[_gateway, _user, _key, _passwordFile, _timeout, _json])
        {
            command.Add(option);
        }

        _device?.AddTo(command);
        command.Validators.Add(CheckKey);
    }

    public bool IsJson(ParseResult parsed) => parsed.GetValue(_json);

    public Account Account(ParseResult parsed)
    {
        var options = new SxtOptions
        {
            GatewayUrl = parsed.GetRequiredValue(_gateway),
            UserId = parsed.GetRequiredValue(_user),
            GatewayTimeout = TimeSpan.FromSeconds(parsed.GetRequiredValue(_timeout)),
        };
        if (SxtDefaults.IsFormerGateway(options.GatewayUrl))
        {
            parsed.InvocationConfiguration.Error.WriteLine($"{SxtTool.Name}: warning: {SxtDefaults.BothGateways}.");
        }

        return new Account(options, TimeProvider.System);
    }

    public KeyInput Key(ParseResult parsed) => parsed.GetValue(_key) is { } file
        ? new KeyFileInput(file, parsed.GetValue(_passwordFile), Wording.PasswordFile)
        : new DeviceKeyInput(_device!.Named(parsed.CommandResult));

    private static Uri? ReadGateway(ArgumentResult result)
    {
        List<string> problems = [];
        if (Uri.TryCreate(result.Tokens[0].Value, UriKind.RelativeOrAbsolute, out var url))
        {
            OptionRules.CheckUrl("--gateway", url, mayHavePath: true, problems);
        }
        else
        {
            problems.Add("--gateway must be an absolute https URL, for example https://gateway.example.com.");
        }

        problems.ForEach(result.AddError);
        return url;
    }

    private void CheckKey(CommandResult result)
    {
        var isFile = result.GetResult(_key) is not null;
        if (isFile == (_device?.IsGiven(result) ?? false))
        {
            result.AddError(isFile ? "Give --key or --pkcs11, not both."
                : _device is null ? "Option '--key' is required."
                : "Option '--key' is required, or --pkcs11 for a key in a device.");
        }

        if (!isFile && result.GetResult(_passwordFile) is not null)
        {
            result.AddError($"{_passwordFile.Name} goes with --key.");
        }

        _device?.FindProblems(result, isNew: false).ToList().ForEach(result.AddError);
    }

    private static void CheckUser(OptionResult result)
    {
        List<string> problems = [];
        OptionRules.CheckUser("--user", result.Tokens is [{ Value: var user }] ? user : null, problems);
        problems.ForEach(result.AddError);
    }

    private static int ReadTimeout(ArgumentResult result)
    {
        if (!int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            || seconds is < 1 or > LongestTimeout)
        {
            result.AddError($"--timeout takes a whole number of seconds from 1 to {LongestTimeout}.");
        }

        return seconds;
    }
}
