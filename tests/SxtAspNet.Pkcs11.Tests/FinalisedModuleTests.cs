using Net.Pkcs11Interop.Common;
using SxtAspNet.Pkcs11.Tests.Infrastructure;

namespace SxtAspNet.Pkcs11.Tests;

/// <summary>A module that other code in the process finalises, as it does when it disposes what it loaded.</summary>
[Collection(nameof(FinalisedModuleTests))]
public sealed class FinalisedModuleTests : DeviceTests
{
    private static readonly byte[] Challenge = "challenge"u8.ToArray();

    [Fact]
    public async Task A_key_opens_after_the_module_was_finalised()
    {
        var made = MakeKey();
        var source = Source();
        Finalise();

        using var key = await OpenAsync(source);
        await key.SignAsync(Challenge, TestContext.Current.CancellationToken);

        Assert.Equal(made, key.PublicKey.ToArray());
    }

    [Fact]
    public async Task Several_keys_open_at_once_after_the_module_was_finalised()
    {
        MakeKey();
        var source = Source();
        Finalise();

        var keys = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() => OpenAsync(source))));

        foreach (var key in keys)
        {
            await key.SignAsync(Challenge, TestContext.Current.CancellationToken);
        }

        Array.ForEach(keys, key => key.Dispose());
        Assert.False(SoftHsm.IsLoggedIn(Token));
    }

    [Fact]
    public async Task A_key_from_before_says_that_the_module_was_finalised()
    {
        MakeKey();
        using var key = await OpenAsync(Source());
        Finalise();

        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(
            async () => await key.SignAsync(Challenge, TestContext.Current.CancellationToken));

        Assert.Contains("Other code in this process has finalised the module", failure.Message, StringComparison.Ordinal);
        using var again = await OpenAsync(Source());
    }

    /// <summary>A module numbers its sessions anew, so both have the same number.</summary>
    [Fact]
    public async Task A_key_from_before_does_not_close_the_session_of_one_that_was_opened_since()
    {
        MakeKey();
        Finalise();
        var before = await OpenAsync(Source());
        Finalise();
        using var key = await OpenAsync(Source());

        before.Dispose();

        await key.SignAsync(Challenge, TestContext.Current.CancellationToken);
    }

    private static void Finalise() =>
        Modules.Factories.Pkcs11LibraryFactory.LoadPkcs11Library(Modules.Factories, SoftHsm.Library, AppType.MultiThreaded).Dispose();
}

/// <summary>The module is the whole process's, so no other test runs meanwhile.</summary>
[CollectionDefinition(nameof(FinalisedModuleTests), DisableParallelization = true)]
public sealed class FinalisedModuleGroup;
