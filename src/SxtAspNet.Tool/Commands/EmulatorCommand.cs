using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using SxtAspNet.Testing;

namespace SxtAspNet.Tool.Commands;

/// <summary>dotnet sxt emulator</summary>
internal static class EmulatorCommand
{
    public static Command Create()
    {
        var port = new Option<int>("--port")
        {
            Description = "The port of the loopback address; without it, a free one.",
            HelpName = "N",
            CustomParser = ReadPort,
        };
        var users = new Option<EmulatedUser[]>("--user")
        {
            Description = "A user with a public key in base64. May be given several times; users that are not known are made by their first login.",
            HelpName = "ID=PUBKEY",
            CustomParser = ReadUsers,
            DefaultValueFactory = _ => [],
        };
        var apiKeys = new Option<EmulatedApiKey[]>("--api-key")
        {
            Description = "A user with an API key of your invention (sxt_…), which the emulator exchanges as the network's proxy does. May be given several times.",
            HelpName = "ID=KEY",
            CustomParser = result => [.. result.Tokens.Select(token => ReadApiKey(token.Value, result)).OfType<EmulatedApiKey>()],
            DefaultValueFactory = _ => [],
        };
        var profile = Inputs.OptionalFile("--profile", $"A profile, as '{SxtTool.Name} probe' writes it: the emulator behaves like that gateway.");
        var command = new Command("emulator", "Runs the gateway emulator until Ctrl+C, and prints its address and the calls that reach it, without secrets.")
        {
            port, users, apiKeys, profile,
        };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var gateway = await StartAsync(parsed.GetValue(port), parsed.GetValue(profile), cancellationToken).ConfigureAwait(false);
            await using (gateway.ConfigureAwait(false))
            {
                foreach (var user in parsed.GetRequiredValue(users))
                {
                    gateway.AddUser(user.Id, user.PublicKey);
                }

                foreach (var apiKey in parsed.GetRequiredValue(apiKeys))
                {
                    gateway.AddApiKey(apiKey.Id, apiKey.Value);
                }

                await CallList.PrintAsync(gateway, parsed.InvocationConfiguration.Output, cancellationToken).ConfigureAwait(false);
                return ExitCode.Success;
            }
        });
        return command;
    }

    private static async Task<SxtGatewayEmulator> StartAsync(int port, string? profile, CancellationToken cancellationToken)
    {
        var options = profile is null ? new SxtGatewayEmulatorOptions() : Load(profile);
        options.RegisterUnknownUsers = true;
        try
        {
            return await SxtGatewayEmulator.StartAsync(options, port: port, cancellationToken: cancellationToken).ConfigureAwait(false);
        }
        catch (IOException failure)
        {
            throw new ToolException($"Port {port} can't be had{Why(failure)}, or none for a free one.", failure);
        }
    }

    private static string Why(IOException failure) => (failure.GetBaseException() as SocketException)?.SocketErrorCode switch
    {
        SocketError.AccessDenied => $", since the user '{Environment.UserName}' may not use it; give a --port above 1023",
        SocketError.AddressAlreadyInUse => ", since another program has it; give another --port",
        _ => $" ({failure.GetBaseException().Message}); give another --port",
    };

    private static SxtGatewayEmulatorOptions Load(string profile)
    {
        try
        {
            return SxtGatewayEmulatorOptions.Load(profile);
        }
        catch (InvalidDataException failure)
        {
            throw new ToolException(failure.Message, failure);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new ToolException($"The profile '{profile}' can't be read; check the path and its mode.", failure);
        }
    }

    private static int ReadPort(ArgumentResult result)
    {
        if (!int.TryParse(result.Tokens[0].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
            || port is < 1 or > IPEndPoint.MaxPort)
        {
            result.AddError($"--port takes a whole number from 1 to {IPEndPoint.MaxPort}.");
        }

        return port;
    }

    private static EmulatedUser[] ReadUsers(ArgumentResult result) =>
        [.. result.Tokens.Select(token => ReadUser(token.Value, result)).OfType<EmulatedUser>()];

    private static EmulatedUser? ReadUser(string value, ArgumentResult result)
    {
        // A key ends with equals signs itself. Nothing of it is repeated in an error: it may be a private one.
        var parts = value.Split('=', 2);
        List<string> problems = [];
        OptionRules.CheckUser("--user", parts[0], problems);
        var key = new byte[SxtSigningKey.PublicKeySize];
        if (parts.Length < 2 || !Convert.TryFromBase64String(parts[1], key, out var length) || length != key.Length)
        {
            problems.Add($"--user takes ID=PUBKEY, with the {key.Length}-byte public key in base64 as '{SxtTool.Name} key show' prints it.");
        }

        problems.ForEach(result.AddError);
        return problems.Count == 0 ? new EmulatedUser(parts[0], key) : null;
    }

    private static EmulatedApiKey? ReadApiKey(string value, ArgumentResult result)
    {
        var parts = value.Split('=', 2);
        List<string> problems = [];
        OptionRules.CheckUser("--api-key", parts[0], problems);
        try
        {
            using var key = SxtApiKey.FromValue(parts is [_, var text] ? text : "");
        }
        catch (FormatException)
        {
            problems.Add("--api-key takes ID=KEY, with an API key as the network's studio makes them: it begins with sxt_.");
        }

        problems.ForEach(result.AddError);
        return problems.Count == 0 ? new EmulatedApiKey(parts[0], parts[1]) : null;
    }

    private sealed record EmulatedUser(string Id, byte[] PublicKey);

    private sealed class EmulatedApiKey(string id, string value)
    {
        public string Id => id;

        public string Value => value;
    }
}
