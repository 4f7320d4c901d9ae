using SxtAspNet.AzureKeyVault.Tests.Infrastructure;

namespace SxtAspNet.AzureKeyVault.Tests;

public sealed class HistoryTests : VaultTests
{
    private readonly TestKey _first = new();
    private readonly TestKey _second = new();
    private readonly TestKey _third = new();

    [Fact]
    public async Task The_version_before_the_newest_one_is_the_previous_key()
    {
        SetAll();

        Assert.Equal(_second.PublicKeyBase64, await OpenPreviousAsync(CreateSource()));
    }

    [Fact]
    public async Task A_disabled_version_is_passed_over()
    {
        SetAll()[1].IsEnabled = false;

        Assert.Equal(_first.PublicKeyBase64, await OpenPreviousAsync(CreateSource()));
    }

    [Fact]
    public async Task The_version_before_a_named_one_is_the_previous_key()
    {
        var versions = SetAll();

        Assert.Equal(_first.PublicKeyBase64, await OpenPreviousAsync(CreateSource(versions[1].Id)));
    }

    [Fact]
    public async Task Before_the_first_version_there_is_none()
    {
        Vault.Set(Secret, _first.Text);

        Assert.Null(await OpenPreviousAsync(CreateSource()));
    }

    [Fact]
    public async Task The_newest_of_many_versions_is_found_whatever_page_it_is_on()
    {
        for (var age = 30; age > 2; age--)
        {
            Vault.Set(Secret, new TestKey().Text, TimeSpan.FromDays(age));
        }

        SetAll();

        Assert.Equal(_second.PublicKeyBase64, await OpenPreviousAsync(CreateSource()));
    }

    [Fact]
    public async Task An_expired_previous_version_is_refused_and_named()
    {
        var versions = SetAll();
        versions[1].Expires = Vault.Time.GetUtcNow().AddMinutes(-1);

        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(() => OpenPreviousAsync(CreateSource()));

        Assert.Contains($"(version {versions[1].Id})", failure.Message, StringComparison.Ordinal);
        Assert.Contains("has expired", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("Make a new version", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_identity_that_may_not_list_versions_is_told_which_permission_is_missing()
    {
        SetAll();
        Vault.MayList = false;

        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(() => OpenPreviousAsync(CreateSource()));

        Assert.Equal(SxtFailureReason.KeyUnavailable, failure.Reason);
        Assert.Contains("Get and List", failure.Message, StringComparison.Ordinal);
    }

    private VaultSecretVersion[] SetAll() =>
    [
        Vault.Set(Secret, _first.Text, TimeSpan.FromHours(2)),
        Vault.Set(Secret, _second.Text, TimeSpan.FromHours(1)),
        Vault.Set(Secret, _third.Text),
    ];
}
