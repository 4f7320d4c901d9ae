using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace SxtAspNet.Pkcs11;

/// <summary>A session with a token, logged in as its user, until it is disposed.</summary>
internal sealed class TokenSession : IDisposable
{
    private readonly DeviceKey _key;

    private TokenSession(DeviceKey key, ISession session) => (_key, Session) = (key, session);

    public ISession Session { get; }

    /// <summary>Opens a session and logs in. It blocks for as long as the module does.</summary>
    /// <exception cref="SxtAuthenticationException"><see cref="SxtFailureReason.KeyUnavailable"/>: what is wrong, and what to do.</exception>
    public static TokenSession Open(DeviceKey key, SessionType type, ReadOnlySpan<byte> pin)
    {
        ISession? session = null;
        try
        {
            var module = Modules.Get(key.Library);
            var slot = FindSlot(module.Library, key);
            session = slot.OpenSession(type);
            LogIn(module, slot, session, key, pin);
            var opened = new TokenSession(key, session);
            session = null;
            return opened;
        }
        catch (Exception failure) when (failure is not SxtAuthenticationException)
        {
            throw DeviceFailure.From(key.ToString(), failure);
        }
        finally
        {
            Close(session);
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

    public void Dispose() => Close(Session);

    private static ISlot FindSlot(IPkcs11Library library, DeviceKey key)
    {
        var slots = library.GetSlotList(SlotsType.WithTokenPresent);
        if (key.Slot is { } number)
        {
            return slots.Find(slot => slot.SlotId == number)
                ?? throw DeviceFailure.Because(key.ToString(), "No token is in that slot. Check the device, and Slot: some modules number slots anew at each start; TokenLabel stays.");
        }

        var found = slots.FindAll(slot => slot.GetTokenInfo().Label.TrimEnd() == key.TokenLabel);
        return found.Count switch
        {
            1 => found[0],
            0 => throw DeviceFailure.Because(
                key.ToString(),
                slots.Count == 0
                    ? "No token is connected. Check the device, and that this user may use it."
                    : "No token has that label. Check the device, and TokenLabel."),
            _ => throw DeviceFailure.Because(key.ToString(), "Several tokens have that label. Set Slot instead."),
        };
    }

    private static void LogIn(Module module, ISlot slot, ISession session, DeviceKey key, ReadOnlySpan<byte> pin)
    {
        lock (module.RefusedPins.Trying)
        {
            var token = slot.GetTokenInfo();
            var flags = token.TokenFlags;
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

            var name = $"{token.ManufacturerId}/{token.Model}/{token.SerialNumber}";
            if (module.RefusedPins.Contains(name, pin))
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
                module.RefusedPins.Add(name, pin);
                throw;
            }
        }
    }

    private static void Close(ISession? session)
    {
        try
        {
            session?.CloseSession();
        }
        catch (Pkcs11Exception)
        {
            // The device is gone, and its sessions with it.
        }
    }
}
