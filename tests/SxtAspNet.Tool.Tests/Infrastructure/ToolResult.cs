using System.Text.Json;
using System.Text.RegularExpressions;
using static SxtAspNet.Tests.Keys.KeyVectors;

namespace SxtAspNet.Tool.Tests.Infrastructure;

/// <summary>What a run of the tool left; made only of output that holds no secret and speaks of options.</summary>
internal sealed partial class ToolResult
{
    // The first is how each of the gateway's tokens begins; three letters of it also turn up in keys, by chance.
    private static readonly string[] Secrets =
    [
        "eyJ0eXBlIjoi", "PRIVATE KEY-----", SeedHex, SeedBase64, SeedBase64.Replace('+', '-').Replace('/', '_').TrimEnd('='), Password,
    ];

    private static readonly string[] Settings =
        ["GatewayUrl", "UserId", "PasswordFile", "GatewayTimeout", "KeyTimeout", "BackchannelHttpHandler", "settings", "openssl genpkey"];

    public ToolResult(int exitCode, string output, string error)
    {
        ExitCode = exitCode;
        Output = output;
        Error = error;
        var all = output + error;
        Assert.All(Secrets, secret => Assert.DoesNotContain(secret, all, StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotMatch(SignatureInHex(), all);
        Assert.All(Settings, setting => Assert.DoesNotContain(setting, error, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", all, StringComparison.Ordinal);
    }

    public int ExitCode { get; }

    public string Output { get; }

    public string Error { get; }

    public string[] Lines => Output.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries);

    public JsonElement ReadJson()
    {
        using var document = JsonDocument.Parse(Output);
        return document.RootElement.Clone();
    }

    public ToolResult Succeeded()
    {
        Assert.True(ExitCode == 0, $"{ExitCode}: {Error}");
        return this;
    }

    /// <summary>Checks that it failed with one line on stderr, which holds the words, and nothing on stdout.</summary>
    public ToolResult FailedWith(params string[] words) => EndedWith(1, words);

    /// <summary>Checks that it ended so, with one line on stderr, which holds the words, and nothing on stdout.</summary>
    public ToolResult EndedWith(int exitCode, params string[] words)
    {
        Assert.Equal(exitCode, ExitCode);
        Assert.Empty(Output);
        var line = Assert.Single(Error.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
        Assert.StartsWith("dotnet sxt: ", line, StringComparison.Ordinal);
        Assert.All(words, word => Assert.Contains(word, line, StringComparison.Ordinal));
        return this;
    }

    public ToolResult DidNotSay(string words)
    {
        Assert.DoesNotContain(words, Error, StringComparison.Ordinal);
        return this;
    }

    [GeneratedRegex("[0-9a-fA-F]{64,}")]
    private static partial Regex SignatureInHex();
}
