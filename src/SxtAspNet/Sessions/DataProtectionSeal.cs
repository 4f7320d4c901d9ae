using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;
using SxtAspNet.Diagnostics;

namespace SxtAspNet.Sessions;

/// <summary>
/// Encryption at rest by the app's ASP.NET Core Data Protection, whose key ring a farm usually shares already. Bound to gateway, user and
/// record name. Layout: format version, and what Data Protection makes.
/// </summary>
internal sealed class DataProtectionSeal(IDataProtectionProvider provider, SessionContext context) : ISessionSeal
{
    // No record of a seal key begins like that.
    public const byte FormatVersion = 2;

    private readonly IDataProtector _protector = provider.CreateProtector(
        "SxtAspNet.Session/v1", $"{Origin.Of(context.Identity.GatewayUrl)}\n{context.Identity.UserId}");

    // It may read its keys from anywhere.
    private readonly ForeignCode _code = new(context.Runtime);

    public string SharedBy => "Data Protection key ring, and the same SetApplicationName(...)";

    public string Missing => "ASP.NET Core Data Protection fails (event 1415 says why).";

    public Task<bool> EnsureAsync() => Task.FromResult(true);

    public Task RenewAsync() => Task.CompletedTask;

    public void ForgetUnknown()
    {
    }

    public Task<byte[]?> SealAsync(string name, byte[] plaintext) =>
        RunAsync(() => [FormatVersion, .. _protector.CreateProtector(name).Protect(plaintext)]);

    public async Task<byte[]?> OpenAsync(string name, byte[] record) => record is [FormatVersion, ..]
        ? await RunAsync(() => _protector.CreateProtector(name).Unprotect(record[1..])).ConfigureAwait(false)
        : null;

    /// <returns><see langword="null"/>: it can't be done, in time or at all.</returns>
    private async Task<byte[]?> RunAsync(Func<byte[]> call)
    {
        try
        {
            return await _code.RunAsync(_ => ValueTask.FromResult(call()), context.Options.KeyTimeout, context.Stopping).ConfigureAwait(false);
        }
        catch (CryptographicException)
        {
            // Another ring's, another user's, or tampered with.
            return null;
        }
        catch (Exception failure) when (!context.Stopping.IsCancellationRequested)
        {
            context.Logger.DataProtectionFailed(failure);
            return null;
        }
    }
}
