using Net.Pkcs11Interop.Common;

namespace SxtAspNet.Pkcs11;

/// <summary>Says what a PKCS#11 module's return value means here, and what to do about it.</summary>
internal static class DeviceFailure
{
    public static SxtAuthenticationException From(string key, Exception failure) => failure is Pkcs11Exception { RV: var value } pkcs11
        ? Because(key, $"{Explain(value)} ({Name(value)})", pkcs11)
        : Because(key, $"The module can't be loaded ({failure.GetType().Name}). Check Library: the path, the processor it was built for, and that its own libraries are there.", failure);

    public static SxtAuthenticationException Because(string key, string problem, Exception? cause = null) =>
        new(SxtFailureReason.KeyUnavailable, $"The {key} can't be used: {problem}", cause);

    /// <summary>The standard's name of a value; a vendor's own has none.</summary>
    private static string Name(CKR value) => Enum.IsDefined(value) ? value.ToString() : $"CKR 0x{(ulong)value:X8}";

    private static string Explain(CKR value) => value switch
    {
        CKR.CKR_PIN_INCORRECT or CKR.CKR_PIN_INVALID or CKR.CKR_PIN_LEN_RANGE =>
            "The device refuses the PIN. It is not tried again until PinFile holds another one or the app restarts, since wrong tries lock a device. Correct PinFile.",
        CKR.CKR_PIN_LOCKED => "The PIN is locked after too many wrong tries. Have the security officer set a new one.",
        CKR.CKR_PIN_EXPIRED => "The PIN has expired. Set a new one with the vendor's tool, and put it into PinFile.",
        CKR.CKR_USER_PIN_NOT_INITIALIZED => "The token's user has no PIN yet. Set one with the vendor's tool.",
        CKR.CKR_TOKEN_NOT_PRESENT or CKR.CKR_DEVICE_REMOVED or CKR.CKR_SLOT_ID_INVALID =>
            "The device was removed, or is not connected. Check it, and TokenLabel or Slot.",
        CKR.CKR_TOKEN_NOT_RECOGNIZED => "The token is none that the module knows, or it was never initialised. Initialise it with the vendor's tool.",
        CKR.CKR_MECHANISM_INVALID or CKR.CKR_MECHANISM_PARAM_INVALID or CKR.CKR_CURVE_NOT_SUPPORTED or CKR.CKR_FUNCTION_NOT_SUPPORTED =>
            "The device can't sign with Ed25519 (mechanism EDDSA). Use a device or firmware that can.",
        CKR.CKR_KEY_FUNCTION_NOT_PERMITTED or CKR.CKR_KEY_TYPE_INCONSISTENT or CKR.CKR_ACTION_PROHIBITED =>
            "The key may not sign. Make one that may: dotnet sxt key new --pkcs11.",
        CKR.CKR_SESSION_COUNT => "The device has no session free. Close those of other programs, or let fewer programs use it.",
        CKR.CKR_USER_ANOTHER_ALREADY_LOGGED_IN => "Another kind of user is logged in to the token by this process.",
        CKR.CKR_CRYPTOKI_NOT_INITIALIZED =>
            "Other code in this process has finalised the module. It is loaded again at the next login. Let that code keep the module as long as the app runs.",
        CKR.CKR_HOST_MEMORY or CKR.CKR_DEVICE_MEMORY => "The device or this machine is out of memory.",
        _ => "The device failed. Check it with the vendor's tool.",
    };
}
