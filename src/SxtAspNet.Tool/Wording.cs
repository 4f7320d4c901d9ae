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

    /// <summary>As <see cref="Phrases"/>; only what is said of a device has these words.</summary>
    private static readonly (string Setting, string Option)[] DevicePhrases =
    [
        ("It is not tried again until PinFile holds another one or the app restarts, since wrong tries lock a device.", "Wrong tries lock a device."),
        ("Check Library:", "Check --pkcs11:"),
        ("TokenLabel", "--token-label"),
        ("or Slot.", "or --slot."),
        ("and Slot:", "and --slot:"),
        ("Set Slot", "Give --slot"),
        ("KeyLabel", "--key-label"),
        ("KeyId", "--key-id"),
        ("PinFile", "--pin-file"),
    ];

    public static string ForCommandLine(string message) => Replace(message, Phrases);

    public static string ForDevice(string message) => Replace(ForCommandLine(message), DevicePhrases);

    private static string Replace(string message, IEnumerable<(string Setting, string Option)> phrases) =>
        phrases.Aggregate(message, (text, phrase) => text.Replace(phrase.Setting, phrase.Option, StringComparison.Ordinal));
}
