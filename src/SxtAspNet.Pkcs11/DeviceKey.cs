using System.Buffers;
using System.Globalization;

namespace SxtAspNet.Pkcs11;

/// <summary>Which key is meant, in which device.</summary>
internal sealed record DeviceKey(string Library, string? TokenLabel, ulong? Slot, string? Label, byte[]? Id)
{
    public static DeviceKey From(SxtPkcs11KeyOptions options) => new(
        options.Library!,
        NullIfEmpty(options.TokenLabel),
        TryParseSlot(options.Slot ?? "", out var slot) ? slot : null,
        NullIfEmpty(options.KeyLabel),
        string.IsNullOrEmpty(options.KeyId) || !TryParseId(options.KeyId, out var id) ? null : id);

    public string Token => TokenLabel is null ? $"slot {Slot}" : $"token '{TokenLabel}'";

    public override string ToString() =>
        $"PKCS#11 key {(Label is null ? "" : $"'{Label}' ")}{(Id is null ? "" : $"with id {Convert.ToHexStringLower(Id)} ")}on {Token}";

    public static bool TryParseSlot(string text, out ulong slot) =>
        text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)
            ? ulong.TryParse(text.AsSpan(2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out slot)
            : ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out slot);

    public static bool TryParseId(string text, out byte[] id)
    {
        id = new byte[text.Length / 2];
        return text.Length % 2 == 0 && Convert.FromHexString(text, id, out _, out _) is OperationStatus.Done;
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
