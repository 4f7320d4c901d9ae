using SxtAspNet.Keys;

namespace SxtAspNet.Sessions;

/// <summary>Encryption at rest under a key that all instances derive from the same seal or signing key.</summary>
internal sealed class KeySeal(SealKeyRing keys, SessionContext context) : ISessionSeal
{
    private readonly SessionCipher _cipher = new(keys, context.Identity);

    public string SharedBy => "Seal, or, where none is set, the same Keys";

    public string Missing => keys.CanOnlySign
        ? "the first key can only sign. Give the farm a seal of its own (Seal), or call UseDataProtection()."
        : "no configured key or seal opens (event 1404 says why).";

    public Task<bool> EnsureAsync() => keys.EnsureAsync(context.Options, context.Stopping);

    public Task RenewAsync() => keys.LoadForRenewalAsync(context.Options, context.Stopping);

    public void ForgetUnknown() => keys.ForgetUnknown();

    public Task<byte[]?> SealAsync(string name, byte[] plaintext) => Task.FromResult(_cipher.Seal(name, plaintext));

    public async Task<byte[]?> OpenAsync(string name, byte[] record)
    {
        if (_cipher.IsReasonToReload(record))
        {
            // Either a rotation is not known here yet, or whoever sealed the record does not know it yet.
            // A key that arrives later opens it at the next poll.
            await keys.LoadAsync(context.Options, context.Options.KeyTimeout / 2, context.Stopping).ConfigureAwait(false);
            if (!_cipher.IsKeyKnown(record))
            {
                await keys.LoadPreviousAsync(context.Options, context.Stopping).ConfigureAwait(false);
            }
        }

        return _cipher.Open(name, record);
    }
}
