using System.Runtime.CompilerServices;
using SxtAspNet.Tool.Tests.Infrastructure;

namespace SxtAspNet.Tool.Tests;

/// <summary>A command line that can't be understood ends with 2, and nothing is done.</summary>
public sealed class UsageTests
{
    private static readonly string[] Login = ["login", "--user", "orders-service", "--key", "none.pem"];

    [Theory]
    [InlineData("Give a command: key, keyring, seal, login, register, doctor, probe, emulator.")]
    [InlineData("Give a command: list, add.", "keyring")]
    [InlineData("'FILE' missing", "key", "new")]
    [InlineData("'FILE' missing; give one, or --pkcs11 for a key in a device.", "key", "new")]
    [InlineData("Give a FILE or --pkcs11, not both", "key", "new", "sxt.pem", "--pkcs11", "m.so", "--token-label", "t", "--key-label", "k", "--pin-file", "p")]
    [InlineData("--key-label needs --pkcs11", "key", "new", "sxt.pem", "--key-label", "k")]
    [InlineData("--pkcs11 needs --token-label or --slot, and not both", "key", "new", "--pkcs11", "m.so", "--key-label", "k", "--pin-file", "p")]
    [InlineData("--pkcs11 needs --token-label or --slot, and not both", "key", "new", "--pkcs11", "m.so", "--slot", "1", "--token-label", "t", "--key-label", "k", "--pin-file", "p")]
    [InlineData("--slot takes the id of a slot", "key", "new", "--pkcs11", "m.so", "--slot", "one", "--key-label", "k", "--pin-file", "p")]
    [InlineData("--pkcs11 needs --key-label", "key", "new", "--pkcs11", "m.so", "--token-label", "t", "--pin-file", "p")]
    [InlineData("--key-id takes hexadecimal", "key", "new", "--pkcs11", "m.so", "--token-label", "t", "--key-label", "k", "--key-id", "abc", "--pin-file", "p")]
    [InlineData("--pkcs11 needs --pin-file", "key", "new", "--pkcs11", "m.so", "--token-label", "t", "--key-label", "k")]
    [InlineData("--pkcs11 is empty", "key", "new", "--pkcs11", "", "--token-label", "t", "--key-label", "k", "--pin-file", "p")]
    [InlineData("FILE is empty", "key", "new", "")]
    [InlineData("Unrecognized command or argument", "key", "new", "one.pem", "two.pem")]
    [InlineData("There is no command 'dotnet sxt nonsense'.", "nonsense")]
    [InlineData("'FILE' missing", "key", "show")]
    [InlineData("'--user' is required", "login", "--key", "sxt.pem")]
    [InlineData("'--key' is required, or --pkcs11", "login", "--user", "orders-service")]
    [InlineData("'--key' is required.", "keyring", "add", "new.pem", "--user", "orders-service")]
    [InlineData("Give --key or --pkcs11, not both", "login", "--user", "me", "--key", "k", "--pkcs11", "m.so", "--token-label", "t", "--key-id", "01", "--pin-file", "p")]
    [InlineData("--pkcs11 needs --key-label or --key-id", "login", "--user", "me", "--pkcs11", "m.so", "--token-label", "t", "--pin-file", "p")]
    [InlineData("--password-file goes with --key", "login", "--user", "me", "--pkcs11", "m.so", "--token-label", "t", "--key-id", "01", "--pin-file", "p", "--password-file", "w")]
    [InlineData("Give a FILE or --pkcs11, not both", "keyring", "add", "new.pem", "--user", "me", "--key", "k", "--pkcs11", "m.so", "--token-label", "t", "--key-id", "01", "--pin-file", "p")]
    [InlineData("--new-password-file goes with FILE", "keyring", "add", "--user", "me", "--key", "k", "--pkcs11", "m.so", "--token-label", "t", "--key-id", "01", "--pin-file", "p", "--new-password-file", "w")]
    [InlineData("'FILE' missing", "keyring", "add", "--user", "orders-service", "--key", "sxt.pem")]
    [InlineData("--key is empty", "login", "--user", "orders-service", "--key", "")]
    [InlineData("--user is missing", "login", "--user", "", "--key", "sxt.pem")]
    [InlineData("--user holds white space", "login", "--user", "orders service", "--key", "sxt.pem")]
    public async Task It_says_what_is_wrong(string problem, params string[] arguments) =>
        await AssertRefusedAsync(problem, arguments);

    [Theory]
    [InlineData("--gateway uses plain http", "--gateway", "http://gateway.example.com")]
    [InlineData("--gateway is \"gateway.example.com\", but must be an absolute https URL", "--gateway", "gateway.example.com")]
    [InlineData("--gateway is \"ftp://gateway.example.com\", but must be an absolute https URL", "--gateway", "ftp://gateway.example.com")]
    [InlineData("--gateway must be an absolute https URL", "--gateway", "")]
    [InlineData("--gateway must have no user, query or fragment", "--gateway", "https://me@gateway.example.com")]
    [InlineData("--timeout takes a whole number of seconds from 1 to 120", "--timeout", "0")]
    [InlineData("--timeout takes a whole number of seconds from 1 to 120", "--timeout", "121")]
    [InlineData("--timeout takes a whole number of seconds from 1 to 120", "--timeout", "soon")]
    [InlineData("--timeout takes a whole number of seconds from 1 to 120", "--timeout", "-1")]
    [InlineData("Required argument missing for option: '--timeout'", "--timeout")]
    [InlineData("Required argument missing for option: '--gateway'", "--gateway")]
    public async Task It_says_which_option_of_a_login_is_wrong(string problem, params string[] options) =>
        await AssertRefusedAsync(problem, [.. Login, .. options]);

    [Theory]
    [InlineData("--help")]
    [InlineData("key", "new", "--help")]
    [InlineData("key", "--help")]
    [InlineData("login", "--help")]
    [InlineData("keyring", "add", "--help")]
    [InlineData("--version")]
    public async Task Help_and_version_go_to_stdout(params string[] arguments)
    {
        var result = (await Sxt.RunAsync(arguments)).Succeeded();

        Assert.NotEmpty(result.Output);
        Assert.Empty(result.Error);
    }

    [Fact]
    public async Task Help_calls_the_tool_by_its_name() =>
        Assert.Contains("dotnet sxt keyring add [<FILE>] [options]", (await Sxt.RunAsync("keyring", "add", "--help")).Output, StringComparison.Ordinal);

    [Theory]
    [InlineData("key", "kye", "new", "sxt.pem")]
    [InlineData("key new", "new", "sxt.pem")]
    [InlineData("key new", "nwe", "sxt.pem")]
    [InlineData("keyring list", "keyring", "lists")]
    [InlineData("keyring list", "key", "list")]
    [InlineData("login", "logn", "--user", "orders-service")]
    [InlineData("emulator", "emualtor")]
    public async Task A_misspelt_command_gets_one_line_with_the_nearest_one(string nearest, params string[] arguments) =>
        (await Sxt.RunAsync(arguments)).EndedWith(2, $"did you mean 'dotnet sxt {nearest}'?", "--help");

    [Theory]
    [InlineData("'--json' is no option of 'dotnet sxt key new'", "key", "new", "--json")]
    [InlineData("'--force' is no option", "key", "new", "sxt.pem", "--force")]
    [InlineData("'-f' is no option", "key", "new", "-f", "sxt.pem")]
    [InlineData("'-f' is no option", "key", "new", "--", "-f")]
    [InlineData("'-' is no file", "key", "new", "-")]
    [InlineData("'-' is no file", "key", "show", "-")]
    [InlineData("did you mean '--json'?", "key", "show", "sxt.pem", "--jsno")]
    [InlineData("'--bogus' is no option of 'dotnet sxt login'", "login", "--user", "--bogus", "--key", "sxt.pem")]
    [InlineData("did you mean '--gateway'?", "keyring", "list", "--user", "me", "--key", "sxt.pem", "--gatewy=https://gateway.test")]
    [InlineData("'--bogus' is no option of 'dotnet sxt'", "--bogus")]
    [InlineData("FILE begins with '-'", "key", "new", "-1")]
    [InlineData("--key begins with '-'", "login", "--user", "me", "--key=-f")]
    public async Task What_begins_with_a_dash_is_an_option_or_a_mistake(string problem, params string[] arguments)
    {
        var before = Directory.GetFiles(Environment.CurrentDirectory);

        (await Sxt.RunAsync(arguments)).EndedWith(2, problem, "--help");

        Assert.Equal(before, Directory.GetFiles(Environment.CurrentDirectory));
    }

    [Theory]
    [InlineData("--help")]
    [InlineData("key", "show", "--help")]
    public async Task Help_lists_the_forms_of_key_files_and_the_exit_codes(params string[] arguments)
    {
        var help = (await Sxt.RunAsync(arguments)).Succeeded().Output;

        Assert.All(KeyFormats.Forms, form => Assert.Contains(form, help, StringComparison.Ordinal));
        int[] codes = [ExitCode.Success, ExitCode.Failure, ExitCode.Usage, ExitCode.OutputLost, ExitCode.Interrupted, ExitCode.Terminated];
        Assert.All(codes, code => Assert.Contains($"{Environment.NewLine}  {code,-5}", help, StringComparison.Ordinal));
    }

    [Fact]
    public void The_tool_s_page_lists_the_same_exit_codes()
    {
        var page = File.ReadAllText(Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", "docs", "tool.md"));

        foreach (var code in (int[])[ExitCode.Success, ExitCode.Failure, ExitCode.Usage, ExitCode.OutputLost])
        {
            Assert.Contains($"| {code} |", page, StringComparison.Ordinal);
        }

        Assert.Contains($"| {ExitCode.Interrupted}, {ExitCode.Terminated} |", page, StringComparison.Ordinal);
    }

    private static string Here([CallerFilePath] string file = "") => file;

    private static async Task AssertRefusedAsync(string problem, string[] arguments)
    {
        var result = await Sxt.RunAsync(arguments);

        Assert.Equal(2, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.Contains(problem, result.Error, StringComparison.Ordinal);
        Assert.Contains("--help", result.Error, StringComparison.Ordinal);
    }
}
