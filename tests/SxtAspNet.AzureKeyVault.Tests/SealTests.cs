using System.Security.Cryptography;
using SxtAspNet.AzureKeyVault.Tests.Infrastructure;
using SxtAspNet.Keys;

namespace SxtAspNet.AzureKeyVault.Tests;

/// <summary>A vault's secret as the seal of a farm.</summary>
public sealed class SealTests : VaultTests
{
    private readonly byte[] _first = RandomNumberGenerator.GetBytes(32);
    private readonly byte[] _second = RandomNumberGenerator.GetBytes(32);

    [Fact]
    public async Task A_secret_holds_the_seal()
    {
        Vault.Set(Secret, Convert.ToBase64String(_first));

        using var seal = await CreateSource().OpenSealAsync(TestContext.Current.CancellationToken);

        AssertIs(_first, seal);
    }

    [Fact]
    public async Task The_version_before_the_newest_one_is_the_previous_seal()
    {
        Vault.Set(Secret, Convert.ToBase64String(_first), TimeSpan.FromHours(1));
        Vault.Set(Secret, Convert.ToHexString(_second));
        var source = CreateSource();

        using var seal = await source.OpenSealAsync(TestContext.Current.CancellationToken);
        using var previous = await source.OpenPreviousSealAsync(TestContext.Current.CancellationToken);

        AssertIs(_second, seal);
        AssertIs(_first, previous!);
    }

    [Fact]
    public async Task A_secret_that_is_too_short_for_a_seal_is_refused_and_never_quoted()
    {
        Vault.Set(Secret, "hunter2");

        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(
            async () => await CreateSource().OpenSealAsync(TestContext.Current.CancellationToken));

        Assert.Contains("holds no usable seal", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", failure.ToString(), StringComparison.Ordinal);
    }

    private static void AssertIs(byte[] secret, SxtSealSecret seal)
    {
        using var own = SxtSealSecret.FromBytes(secret);
        using var expected = SealKey.Derive(own);
        using var actual = SealKey.Derive(seal);
        Assert.Equal(expected.Id, actual.Id);
    }
}
