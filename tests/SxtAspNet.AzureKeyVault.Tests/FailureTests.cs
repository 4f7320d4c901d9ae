using System.Net;
using System.Net.Sockets;
using System.Text;
using Azure.Identity;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using SxtAspNet.AzureKeyVault.Tests.Infrastructure;
using SxtAspNet.Tests.Keys;

namespace SxtAspNet.AzureKeyVault.Tests;

public sealed class FailureTests : VaultTests
{
    [Fact]
    public async Task A_secret_with_an_api_key_and_the_tag_of_a_public_key_is_refused()
    {
        Vault.Set(Secret, "sxt_0123456789abcdefghijklmnop").Tags["sxt-public-key"] = new TestKey().PublicKeyBase64;

        var failure = await FailAsync();

        AssertSays(failure.Message, "holds an API key, which has no public key", "remove the tag");
        Assert.DoesNotContain("0123456789", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_expired_secret_is_refused_although_the_vault_hands_it_out()
    {
        Vault.Set(Secret, KeyVectors.Pem).Expires = Vault.Time.GetUtcNow().AddSeconds(-1);

        AssertSays((await FailAsync()).Message, "has expired", "(exp)", "Make a new version");
    }

    [Fact]
    public async Task A_secret_before_its_activation_is_refused_although_the_vault_hands_it_out()
    {
        Vault.Set(Secret, KeyVectors.Pem).NotBefore = Vault.Time.GetUtcNow().AddMinutes(1);

        AssertSays((await FailAsync()).Message, "is not valid yet", "(nbf)", "Wait, or change the date");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_same_problem_with_a_date_has_the_same_words_a_minute_later(bool isTooEarly)
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var vault = await KeyVaultDouble.StartAsync(time);
        var version = vault.Set(Secret, KeyVectors.Pem);
        version.NotBefore = isTooEarly ? time.GetUtcNow().AddDays(1) : null;
        version.Expires = isTooEarly ? null : time.GetUtcNow().AddDays(-1);
        var settings = new VaultSettings { Credential = Credential, Transport = vault.CreateTransport() };
        var source = new VaultKeySource(new() { VaultUri = vault.Uri, Secret = Secret }, new VaultClients(settings), time, Logger);

        var first = await Assert.ThrowsAsync<SxtAuthenticationException>(() => OpenAsync(source));
        time.Advance(TimeSpan.FromMinutes(1));
        var second = await Assert.ThrowsAsync<SxtAuthenticationException>(() => OpenAsync(source));

        Assert.Equal(first.Message, second.Message);
    }

    [Fact]
    public async Task Dates_are_held_against_the_vaults_clock_and_not_this_machines()
    {
        var wrong = new FakeTimeProvider(Vault.Time.GetUtcNow().AddDays(-2));
        Vault.Set(Secret, KeyVectors.Pem).Expires = Vault.Time.GetUtcNow().AddSeconds(-1);
        var settings = new VaultSettings { Credential = Credential, Transport = Vault.CreateTransport() };
        var entry = new SxtAzureKeyVaultKeyOptions { VaultUri = Vault.Uri, Secret = Secret };

        var failure = await FailAsync(new VaultKeySource(entry, new VaultClients(settings), wrong, Logger));

        AssertSays(failure.Message, "has expired");
    }

    [Fact]
    public async Task A_disabled_secret_says_how_to_enable_it()
    {
        Vault.Set(Secret, KeyVectors.Pem).IsEnabled = false;

        AssertSays(
            (await FailAsync()).Message, "is disabled", $"--vault-name {Vault.Uri.Host.Split('.')[0]} --name {Secret} --enabled true");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_version_that_is_named_and_cannot_be_used_is_mended_itself_or_replaced_in_the_settings(bool isDisabled)
    {
        var version = Vault.Set(Secret, KeyVectors.Pem);
        version.IsEnabled = !isDisabled;
        version.Expires = Vault.Time.GetUtcNow().AddSeconds(-1);
        Vault.Set(Secret, KeyVectors.Pem);

        var message = (await FailAsync(CreateSource(version.Id))).Message;

        AssertSays(
            message,
            isDisabled
                ? "is disabled. Set Version to another one, or run: az keyvault secret set-attributes "
                    + $"--vault-name {Vault.Uri.Host.Split('.')[0]} --name {Secret} --version {version.Id} --enabled true"
                : "Set Version to another one, or change the date.");
        Assert.DoesNotContain("new version", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_that_is_missing_or_deleted_says_how_to_recover_it()
    {
        AssertSays((await FailAsync()).Message, "does not exist", "Check VaultUri, Secret and Version", "az keyvault secret recover");
    }

    [Fact]
    public async Task A_version_that_is_missing_is_named()
    {
        Vault.Set(Secret, KeyVectors.Pem);

        // Recovering brings all versions back.
        AssertSays((await FailAsync(CreateSource("0123"))).Message, "(version 0123)", "does not exist", $"--name {Secret}");
        Assert.DoesNotContain("--version", (await FailAsync(CreateSource("0123"))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(403, "Forbidden", "ForbiddenByRbac", "may not be read by the app's identity (403, ForbiddenByRbac)", "Key Vault Secrets User")]
    [InlineData(403, "Forbidden", "AccessDenied", "may not be read by the app's identity (403, AccessDenied)", "Get and List")]
    [InlineData(403, "Forbidden", null, "may not be read by the app's identity (403)", "Key Vault Secrets User")]
    [InlineData(403, "Forbidden", "ForbiddenByFirewall", "firewall refuses this network", "networking settings")]
    [InlineData(403, "Forbidden", "ForbiddenByConnection", "firewall refuses this network", "networking settings")]
    [InlineData(400, "BadParameter", null, "answered 400 (BadParameter)", "Check VaultUri, Secret and Version")]
    public async Task A_refusal_says_why_and_what_to_do(int status, string code, string? innerCode, string why, string remedy)
    {
        Vault.Answer = context => KeyVaultDouble.FailAsync(context, status, code, innerCode);

        AssertSays((await FailAsync()).Message, why, remedy);
        Assert.Equal(2, Vault.Requests.Length);
    }

    [Fact]
    public async Task A_throttled_vault_is_not_waited_for_and_its_wish_is_passed_on()
    {
        Vault.Answer = context =>
        {
            context.Response.Headers.RetryAfter = "60";
            return KeyVaultDouble.FailAsync(context, 429, "Throttled");
        };

        var failure = await FailAsync();

        AssertSays(failure.Message, "asks for fewer requests (429)", "tried again");
        Assert.Equal(TimeSpan.FromSeconds(60), failure.RetryAfter);
        Assert.Equal(2, Vault.Requests.Length);
    }

    [Fact]
    public async Task A_failing_vault_is_asked_once_more()
    {
        Vault.Answer = context => KeyVaultDouble.FailAsync(context, 500, "InternalServerError");

        AssertSays((await FailAsync()).Message, "the vault failed (500)", "status page");
        Assert.Equal(3, Vault.Requests.Length);
    }

    [Fact]
    public async Task A_vault_that_failed_once_is_no_failure()
    {
        Vault.Set(Secret, KeyVectors.Pem);
        Vault.Answer = context =>
        {
            Vault.Answer = null;
            return KeyVaultDouble.FailAsync(context, 503, "ServiceUnavailable");
        };

        Assert.Equal(KeyVectors.PublicKeyBase64, await OpenAsync());
    }

    [Fact]
    public async Task A_sign_in_that_the_vault_does_not_accept_points_to_the_tenant()
    {
        Credential.Token = "token-of-another-tenant";

        AssertSays((await FailAsync()).Message, "does not accept the sign-in (401)", "TenantId");
    }

    [Fact]
    public async Task No_way_to_sign_in_says_what_to_give_the_app()
    {
        Credential.Failure = new CredentialUnavailableException("Tried it all.");

        AssertSays((await FailAsync()).Message, "no way to sign in to Azure", "managed identity", "az login");
    }

    [Theory]
    [InlineData("\n")]
    [InlineData("\r\n")]
    [InlineData(" ")]
    public async Task A_sign_in_that_failed_says_what_Azure_says_but_not_what_differs_each_time(string between)
    {
        Credential.Failure = new AuthenticationFailedException(
            $"AADSTS700016: Application was not found.{between}Trace ID: 1{between}Correlation ID: 2{between}Timestamp: 2025-04-10 13:07:42Z");

        Assert.EndsWith(
            "signing in to Azure failed: AADSTS700016: Application was not found.", (await FailAsync()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_untrusted_certificate_is_told_from_a_vault_that_is_away()
    {
        var failure = await FailAsync(CreateSource(configure: settings => settings.Transport = Vault.CreateDistrustingTransport()));

        AssertSays(failure.Message, "no TLS connection", "not trusted", "root certificates");
        Assert.Equal(2, Assert.IsType<AggregateException>(failure.InnerException).InnerExceptions.Count);
    }

    [Fact]
    public async Task A_vault_that_refuses_connections_points_to_the_network()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();

        var failure = await FailAsync(CreateSource(configure: settings =>
            settings.Transport = VaultTransport.Create((_, token) => VaultTransport.DialAsync(port, token))));

        AssertSays(failure.Message, "can't be reached", "firewall, proxy, private endpoint");
        Assert.IsType<AggregateException>(failure.InnerException);
    }

    [Fact]
    public async Task A_host_name_that_does_not_exist_points_to_the_address()
    {
        var failure = await FailAsync(CreateSource(configure: settings =>
            settings.Transport = VaultTransport.Create((_, _) => throw new SocketException((int)SocketError.HostNotFound))));

        AssertSays(failure.Message, "host name is unknown", "Check VaultUri, and DNS");
    }

    [Fact]
    public async Task A_vault_that_does_not_answer_is_given_up_before_the_time_limit_for_a_key()
    {
        Vault.Answer = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        var startedAt = Vault.Time.GetTimestamp();

        AssertSays((await FailAsync()).Message, "did not answer within 3 s", "Check the network");
        Assert.True(Vault.Time.GetElapsedTime(startedAt) < new SxtOptions().KeyTimeout);
    }

    [Fact]
    public async Task A_caller_that_gives_up_does_not_wait_for_the_vault()
    {
        var asked = new TaskCompletionSource();
        Vault.Answer = context =>
        {
            asked.SetResult();
            return Task.Delay(Timeout.Infinite, context.RequestAborted);
        };
        using var giveUp = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);

        var opening = CreateSource().OpenAsync(giveUp.Token).AsTask();
        await asked.Task;
        await giveUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => opening);
    }

    [Theory]
    [InlineData("", "The content is empty")]
    [InlineData("correct-horse-battery-staple", "text in an unknown form")]
    [InlineData(KeyVectors.EncryptedPem, "password")]
    [InlineData("-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----", "Accepted are Ed25519 keys")]
    public async Task A_secret_that_holds_no_key_says_what_was_found(string text, string found)
    {
        Vault.Set(Secret, text);

        AssertSays((await FailAsync()).Message, "holds no usable key", found);
    }

    [Fact]
    public async Task A_tag_of_another_public_key_is_a_mismatch()
    {
        Vault.Set(Secret, KeyVectors.Pem).Tags["sxt-public-key"] = new TestKey().PublicKeyBase64;

        AssertSays((await FailAsync()).Message, "does not hold the key", "sxt-public-key", KeyVectors.PublicKeyBase64, "correct the tag");
    }

    [Theory]
    [InlineData("")]
    [InlineData("todo")]
    [InlineData(KeyVectors.PairBase64)]
    public async Task A_tag_that_is_no_public_key_is_not_quoted(string tag)
    {
        Vault.Set(Secret, KeyVectors.Pem).Tags["sxt-public-key"] = tag;

        var failure = await FailAsync();

        AssertSays(failure.Message, "is no public key", KeyVectors.PublicKeyBase64);
        Assert.DoesNotContain(KeyVectors.PairBase64, failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text/html", "<html>Sign in to the guest network</html>")]
    [InlineData("application/json", "[]")]
    [InlineData("application/json", "{ \"value\": 7 }")]
    public async Task Something_else_that_answers_is_not_taken_for_a_vault(string type, string body)
    {
        Vault.Answer = context =>
        {
            context.Response.ContentType = type;
            return context.Response.WriteAsync(body, Encoding.UTF8, context.RequestAborted);
        };

        AssertSays((await FailAsync()).Message, "was not read", "VaultUri");
    }

    [Fact]
    public async Task A_vault_of_another_domain_gets_no_token()
    {
        var settings = new VaultSettings { Credential = Credential, Transport = Vault.CreateTransport() };
        var entry = new SxtAzureKeyVaultKeyOptions { VaultUri = new Uri("https://vault.example.test"), Secret = Secret };

        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(
            () => OpenAsync(new VaultKeySource(entry, new VaultClients(settings), Vault.Time, Logger)));

        AssertSays(failure.Message, "https://vault.example.test", "Is VaultUri that of a key vault?");
        Assert.Empty(Credential.Requests);
    }

    [Fact]
    public async Task The_whole_of_a_failure_is_in_the_debug_log()
    {
        await FailAsync();

        var record = Assert.Single(Logger.Collector.GetSnapshot(), record => record.Id.Id == 1311);
        Assert.Contains("SecretNotFound", record.Exception!.ToString(), StringComparison.Ordinal);
    }

    private static void AssertSays(string message, params string[] parts) =>
        Assert.All(parts, part => Assert.Contains(part, message, StringComparison.Ordinal));
}
