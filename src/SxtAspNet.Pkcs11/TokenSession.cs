using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace SxtAspNet.Pkcs11;

/// <summary>A session with a token, logged in as its user, until it is disposed.</summary>
internal sealed class TokenSession : IDisposable
{
    private readonly DeviceKey _key;
    private readonly IPkcs11Library _module;

    private TokenSession(DeviceKey key, IPkcs11Library module, ISession session) => (_key, _module, Session) = (key, module, session);

    public ISession Session { get; }

    /// <summary>Opens a session and logs in. It blocks for as long as the module does.</summary>
    /// <exception cref="SxtAuthenticationException"><see cref="SxtFailureReason.KeyUnavailable"/>: what is wrong, and what to do.</exception>
    public static TokenSession Open(DeviceKey key, SessionType type, ReadOnlySpan<byte> pin)
    {
        try
        {
            var module = Modules.Get(key.Library);
            try
            {
                return Open(module, key, type, pin);
            }
            catch (Pkcs11Exception failure) when (failure.RV is CKR.CKR_CRYPTOKI_NOT_INITIALIZED)
            {
                // Other code in this process has finalised it.
                return Open(Modules.GetAgain(key.Library, module), key, type, pin);
            }
        }
        catch (Exception failure) when (failure is not SxtAuthenticationException)
        {
            throw DeviceFailure.From(key.ToString(), failure);
        }
    }

    /// <exception cref="SxtAuthenticationException"><see cref="SxtFailureReason.KeyUnavailable"/>: what is wrong, and what to do.</exception>
    public T Use<T>(Func<ISession, T> call)
    {
        try
        {
            return call(Session);
        }
        catch (Pkcs11Exception failure)
        {
            throw DeviceFailure.From(_key.ToString(), failure);
        }
    }

    public void Dispose()
    {
        if (!Modules.IsCurrent(_key.Library, _module))
        {
            // Gone with the module's former life: another key's session may have the same number now.
            return;
        }

        try
        {
            Session.CloseSession();
        }
        catch (Pkcs11Exception)
        {
            // The device is gone, and its sessions with it.
        }
    }

    internal static ISlot FindSlot(List<ISlot> slots, DeviceKey key)
    {
        if (key.Slot is { } number)
        {
            return slots.Find(slot => slot.SlotId == number)
                ?? throw DeviceFailure.Because(key.ToString(), "No token is in that slot. Check the device, and Slot: some modules number slots anew at each start; TokenLabel stays.");
        }

        Pkcs11Exception? failed = null;
        var found = slots.FindAll(slot => LabelOf(slot, ref failed) == key.TokenLabel);
        return found.Count switch
        {
            1 => found[0],
            0 when failed is not null => throw failed,
            0 => throw DeviceFailure.Because(
                key.ToString(),
                slots.Count == 0
                    ? "No token is connected. Check the device, and that this user may use it."
                    : "No token has that label. Check the device, and TokenLabel."),
            _ => throw DeviceFailure.Because(key.ToString(), "Several tokens have that label. Set Slot instead."),
        };
    }

    /// <summary>A token in another slot that fails is no reason not to use the one that is meant.</summary>
    private static string? LabelOf(ISlot slot, ref Pkcs11Exception? failed)
    {
        try
        {
            return slot.GetTokenInfo().Label.TrimEnd();
        }
        catch (Pkcs11Exception failure)
        {
            failed = failure;
            return null;
        }
    }

    private static TokenSession Open(IPkcs11Library module, DeviceKey key, SessionType type, ReadOnlySpan<byte> pin)
    {
        var slot = FindSlot(module.GetSlotList(SlotsType.WithTokenPresent), key);
        var session = slot.OpenSession(type);

        // Asked for again: while this opened, another opening may have loaded it once more.
        var opened = new TokenSession(key, Modules.Get(key.Library), session);
        try
        {
            LogIn(slot, session, key, pin);
            return opened;
        }
        catch
        {
            opened.Dispose();
            throw;
        }
    }

    private static void LogIn(ISlot slot, ISession session, DeviceKey key, ReadOnlySpan<byte> pin)
    {
        var token = slot.GetTokenInfo();
        var refused = RefusedPins.Of($"{token.ManufacturerId}/{token.Model}/{token.SerialNumber}");
        lock (refused.Trying)
        {
            // Whoever had the lock before may have used up a try.
            var flags = slot.GetTokenInfo().TokenFlags;
            if (!flags.LoginRequired)
            {
                return;
            }

            if (flags.UserPinLocked)
            {
                throw new Pkcs11Exception("C_Login", CKR.CKR_PIN_LOCKED);
            }

            if (flags.UserPinFinalTry)
            {
                throw DeviceFailure.Because(
                    key.ToString(), "One more wrong PIN would lock the token, so none is tried. Log in once with the vendor's tool and the right PIN; then correct PinFile.");
            }

            if (refused.Contains(pin))
            {
                throw new Pkcs11Exception("C_Login", CKR.CKR_PIN_INCORRECT);
            }

            try
            {
                session.Login(CKU.CKU_USER, pin.ToArray());
            }
            catch (Pkcs11Exception failure) when (failure.RV is CKR.CKR_USER_ALREADY_LOGGED_IN)
            {
                // Another session of this process is: a login holds for all of them.
            }
            catch (Pkcs11Exception failure) when (failure.RV is CKR.CKR_PIN_INCORRECT or CKR.CKR_PIN_INVALID or CKR.CKR_PIN_LEN_RANGE)
            {
                refused.Add(pin);
                throw;
            }
        }
    }
}
