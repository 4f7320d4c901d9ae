namespace SxtAspNet.Tool;

/// <summary>The core's errors name settings; on a command line the same things are options.</summary>
internal static class Wording
{
    public const string PasswordFile = "--password-file";

    private static readonly (string Setting, string Option)[] Phrases =
    [
        ("check UserId and GatewayUrl", "check --user and --gateway"),
        ("check GatewayUrl", "check --gateway"),
        ("(GatewayTimeout)", "(--timeout)"),
        ("(KeyTimeout)", "(--timeout)"),
        ("a key file has the settings PasswordFile and Password.", $"give {PasswordFile}."),
        ("Check the path in the settings, and that the secret is mounted.", "Check the path."),
        ("Check the path in the settings, and", "Check the path and"),
        ("openssl genpkey -algorithm ed25519", $"{SxtTool.Name} key new FILE"),
    ];

    public static string ForCommandLine(string message) =>
        Phrases.Aggregate(message, (text, phrase) => text.Replace(phrase.Setting, phrase.Option, StringComparison.Ordinal));
}
