using SxtAspNet.Tool.Tests.Infrastructure;

namespace SxtAspNet.Tool.Tests;

/// <summary>A command line that can't be understood ends with 2, and nothing is done.</summary>
public sealed class UsageTests
{
    private static readonly string[] Login = ["login", "--user", "orders-service", "--key", "none.pem"];

    [Theory]
    [InlineData("Required command")]
    [InlineData("Required command", "keys")]
    [InlineData("'FILE' missing", "new")]
    [InlineData("FILE is empty", "new", "")]
    [InlineData("Unrecognized command or argument", "new", "one.pem", "two.pem")]
    [InlineData("Unrecognized command or argument 'nonsense'", "nonsense")]
    [InlineData("'FILE' missing", "show")]
    [InlineData("'--user' is required", "login", "--key", "sxt.pem")]
    [InlineData("'--key' is required", "login", "--user", "orders-service")]
    [InlineData("'FILE' missing", "keys", "add", "--user", "orders-service", "--key", "sxt.pem")]
    [InlineData("--key is empty", "login", "--user", "orders-service", "--key", "")]
    [InlineData("--user is missing", "login", "--user", "", "--key", "sxt.pem")]
    [InlineData("--user holds white space", "login", "--user", "orders service", "--key", "sxt.pem")]
    public async Task It_says_what_is_wrong(string problem, params string[] arguments) =>
        await AssertRefusedAsync(problem, arguments);

    [Theory]
    [InlineData("--gateway uses plain http", "--gateway", "http://gateway.example.com")]
    [InlineData("--gateway must be an absolute https URL", "--gateway", "gateway.example.com")]
    [InlineData("--gateway must be an absolute https URL", "--gateway", "ftp://gateway.example.com")]
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
    [InlineData("new", "--help")]
    [InlineData("login", "--help")]
    [InlineData("keys", "add", "--help")]
    [InlineData("--version")]
    public async Task Help_and_version_go_to_stdout(params string[] arguments)
    {
        var result = (await SxtKey.RunAsync(arguments)).Succeeded();

        Assert.NotEmpty(result.Output);
        Assert.Empty(result.Error);
    }

    [Fact]
    public async Task Help_calls_the_tool_by_its_name() =>
        Assert.Contains("sxt-key keys add <FILE> [options]", (await SxtKey.RunAsync("keys", "add", "--help")).Output, StringComparison.Ordinal);

    private static async Task AssertRefusedAsync(string problem, string[] arguments)
    {
        var result = await SxtKey.RunAsync(arguments);

        Assert.Equal(2, result.ExitCode);
        Assert.Empty(result.Output);
        Assert.Contains(problem, result.Error, StringComparison.Ordinal);
        Assert.Contains("--help", result.Error, StringComparison.Ordinal);
    }
}
