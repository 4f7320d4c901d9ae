namespace SxtAspNet.Pkcs11;

/// <summary>Which key is meant, in which device.</summary>
internal sealed record DeviceKey(string Library, string? TokenLabel, ulong? Slot, string? Label, byte[]? Id)
{
    public static DeviceKey From(SxtPkcs11KeyOptions options) => new(
        options.Library!,
        NullIfEmpty(options.TokenLabel),
        Pkcs11KeyKind.TryParseSlot(options.Slot ?? "", out var slot) ? slot : null,
        NullIfEmpty(options.KeyLabel),
        string.IsNullOrEmpty(options.KeyId) || !Pkcs11KeyKind.TryParseId(options.KeyId, out var id) ? null : id);

    public string Token => TokenLabel is null ? $"slot {Slot}" : $"token '{TokenLabel}'";

    public override string ToString() =>
        $"PKCS#11 key {(Label is null ? "" : $"'{Label}' ")}{(Id is null ? "" : $"with id {Convert.ToHexStringLower(Id)} ")}on {Token}";

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
