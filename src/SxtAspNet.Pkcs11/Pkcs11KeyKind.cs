using Microsoft.Extensions.Logging;
using SxtAspNet.Diagnostics;

namespace SxtAspNet.Pkcs11;

/// <summary>Key entries in PKCS#11 devices.</summary>
internal sealed class Pkcs11KeyKind(ILoggerFactory loggers) : ISxtKeyKind<SxtPkcs11KeyOptions>
{
    public string Name => "Pkcs11";

    public bool ReadsFiles => true;

    public IEnumerable<string> Validate(string setting, SxtPkcs11KeyOptions options)
    {
        if (string.IsNullOrEmpty(options.Library))
        {
            yield return $"{setting}.Library is missing; set it to the path of the vendor's PKCS#11 module, for example /usr/lib/softhsm/libsofthsm2.so.";
        }

        if (string.IsNullOrEmpty(options.TokenLabel) == string.IsNullOrEmpty(options.Slot))
        {
            yield return $"{setting} needs TokenLabel or Slot, and not both; the label stays the same when a device is plugged in elsewhere.";
        }
        else if (!string.IsNullOrEmpty(options.Slot) && !DeviceKey.TryParseSlot(options.Slot, out _))
        {
            yield return $"{setting}.Slot must be the id of a slot: a number, or hexadecimal after 0x.";
        }

        if (string.IsNullOrEmpty(options.KeyLabel) && string.IsNullOrEmpty(options.KeyId))
        {
            yield return $"{setting} names no key; set KeyLabel or KeyId.";
        }
        else if (!string.IsNullOrEmpty(options.KeyId) && !DeviceKey.TryParseId(options.KeyId, out _))
        {
            yield return $"{setting}.KeyId must be hexadecimal, two digits for each byte.";
        }

        if (string.IsNullOrEmpty(options.PinFile))
        {
            yield return $"{setting}.PinFile is missing; set it to the path of a file that holds the user's PIN.";
        }
    }

    public ISxtKeySource Create(SxtKeyOptions entry, SxtPkcs11KeyOptions options) =>
        new Pkcs11KeySource(options, entry.RequirePrivateFile, new SteadyLogger(loggers.CreateLogger<Pkcs11KeySource>()));
}
