using System.CommandLine;
using System.CommandLine.Parsing;
using SxtAspNet.Pkcs11;

namespace SxtAspNet.Tool.Commands;

/// <summary>The options that name a key in a PKCS#11 device. They are those of an app's settings, and checked as these are.</summary>
internal sealed class DeviceOptions
{
    private readonly Option<string> _library = Inputs.OptionalFile("--pkcs11", "For a key in a device, which it never leaves: the vendor's PKCS#11 module.");
    private readonly Option<string> _token = Text("--token-label", "The device's label.", "LABEL");
    private readonly Option<string> _slot = Text("--slot", "The id of the device's slot, in place of the label.", "ID");
    private readonly Option<string> _label = Text("--key-label", "The key's label.", "LABEL");
    private readonly Option<string> _id = Text("--key-id", "The key's id, in hexadecimal.", "HEX");
    private readonly Option<string> _pinFile = Inputs.OptionalFile("--pin-file", "A file with the PIN of the device's user.");

    public void AddTo(Command command)
    {
        foreach (var option in All)
        {
            command.Add(option);
        }
    }

    public bool IsGiven(CommandResult command) => command.GetResult(_library) is not null;

    /// <summary>What is wrong with the options, as messages for the one who wrote them.</summary>
    /// <param name="command">What was given.</param>
    /// <param name="isNew">Whether the key is to be made; it needs a name then.</param>
    public IEnumerable<string> FindProblems(CommandResult command, bool isNew)
    {
        if (!IsGiven(command))
        {
            return All.Where(option => command.GetResult(option) is not null).Select(option => $"{option.Name} needs --pkcs11, which names the module of the device.");
        }

        var named = Named(command);
        return
        [
            .. string.IsNullOrEmpty(named.TokenLabel) == string.IsNullOrEmpty(named.Slot)
                ? (string[])["--pkcs11 needs --token-label or --slot, and not both."] : [],
            .. !string.IsNullOrEmpty(named.Slot) && !DeviceKey.TryParseSlot(named.Slot, out _)
                ? (string[])["--slot takes the id of a slot: a number, or hexadecimal after 0x."] : [],
            .. string.IsNullOrEmpty(named.KeyLabel) && (isNew || string.IsNullOrEmpty(named.KeyId))
                ? (string[])[isNew ? "--pkcs11 needs --key-label, by which the app finds the key." : "--pkcs11 needs --key-label or --key-id, which name the key."] : [],
            .. !string.IsNullOrEmpty(named.KeyId) && !DeviceKey.TryParseId(named.KeyId, out _)
                ? (string[])["--key-id takes hexadecimal, two digits for each byte."] : [],
            .. string.IsNullOrEmpty(named.PinFile) ? (string[])["--pkcs11 needs --pin-file, since every user of a machine can see arguments."] : [],
        ];
    }

    public SxtPkcs11KeyOptions Named(CommandResult command) => new()
    {
        Library = command.GetValue(_library),
        TokenLabel = command.GetValue(_token),
        Slot = command.GetValue(_slot),
        KeyLabel = command.GetValue(_label),
        KeyId = command.GetValue(_id),
        PinFile = command.GetValue(_pinFile),
    };

    private IEnumerable<Option<string>> All => [_library, _token, _slot, _label, _id, _pinFile];

    private static Option<string> Text(string name, string description, string helpName) => new(name) { Description = description, HelpName = helpName };
}
