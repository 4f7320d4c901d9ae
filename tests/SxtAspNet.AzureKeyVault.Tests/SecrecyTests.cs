using System.Collections.Concurrent;
using System.Diagnostics.Tracing;
using System.Text;
using Azure.Core.Diagnostics;
using Azure.Security.KeyVault.Secrets;
using Microsoft.AspNetCore.Http;
using SxtAspNet.AzureKeyVault.Tests.Infrastructure;

namespace SxtAspNet.AzureKeyVault.Tests;

public sealed class SecrecyTests : VaultTests
{
    private readonly ConcurrentQueue<string> _events = [];

    [Fact]
    public async Task Azures_own_log_at_its_most_verbose_never_shows_the_value()
    {
        var key = new TestKey();
        Vault.Set(Secret, key.Text);
        using var listener = Listen();

        await OpenAsync();

        Assert.Contains(_events, text => text.Contains(Vault.Uri.Host, StringComparison.Ordinal));
        AssertHidden(key);
    }

    [Fact]
    public async Task The_same_log_shows_the_value_to_a_client_that_logs_content()
    {
        // What the other test would find, were content logging not switched off.
        var key = new TestKey();
        Vault.Set(Secret, key.Text);
        using var listener = Listen();
        var options = new SecretClientOptions { Transport = Vault.CreateTransport() };
        options.Diagnostics.IsLoggingContentEnabled = true;

        await new SecretClient(Vault.Uri, Credential, options).GetSecretAsync(Secret, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Contains(_events, text => text.Contains(key.Text, StringComparison.Ordinal));
    }

    [Fact]
    public void Content_is_kept_out_of_the_logs_of_vault_and_sign_in()
    {
        Assert.False(new VaultClients(new VaultSettings()).ClientOptions().Diagnostics.IsLoggingContentEnabled);
        Assert.False(new VaultClients(new VaultSettings()).CredentialOptions(null, null).Diagnostics.IsLoggingContentEnabled);
    }

    [Fact]
    public async Task No_failure_and_no_log_shows_the_value()
    {
        var key = new TestKey();
        var pair = Convert.ToBase64String([.. key.Seed, .. new TestKey().PublicKey.Span]);
        string[] values = [key.Text + "!", $"Password={key.Text}", pair, $"{{ \"privateKeyB64_64\": \"{key.Text}\" ", $"-----BEGIN PRIVATE KEY-----\n{key.Text}\n"];
        List<string> texts = [];
        using var listener = Listen();

        foreach (var value in values)
        {
            Vault.Set(Secret, value);
            texts.Add((await FailAsync()).ToString());
        }

        var secret = Vault.Set(Secret, key.Text);
        secret.Expires = Vault.Time.GetUtcNow().AddMinutes(-1);
        texts.Add((await FailAsync()).ToString());
        secret.Expires = null;
        secret.Tags["sxt-public-key"] = key.Text;
        texts.Add((await FailAsync()).ToString());
        foreach (var beginning in new[] { "", "f", "n", "t" })
        {
            // A value that begins as a literal of JSON does is quoted whole by the parser.
            Vault.Answer = context => context.Response.WriteAsync($"{{ \"value\": \"{key.Text}\", \"id\": {beginning}{key.Text} }}");
            texts.Add((await FailAsync()).ToString());
        }

        texts.AddRange(Logger.Collector.GetSnapshot().Select(record => $"{record.Message} {record.Exception}"));
        Assert.True(texts.Count > values.Length + 3);
        Assert.All(texts, text => Assert.DoesNotContain(key.Text[..12], text, StringComparison.Ordinal));
        AssertHidden(key);
    }

    [Fact]
    public async Task Opening_logs_the_public_key_and_nothing_else_of_the_key()
    {
        var key = new TestKey();
        var version = Vault.Set(Secret, key.Text);

        await OpenAsync();

        var record = Assert.Single(Logger.Collector.GetSnapshot());
        Assert.Equal(1310, record.Id.Id);
        Assert.Contains(key.PublicKeyBase64, record.Message, StringComparison.Ordinal);
        Assert.Contains(version.Id, record.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(key.Text[..12], record.Message, StringComparison.Ordinal);
    }

    private AzureEventSourceListener Listen() => new(
        (data, message) =>
        {
            _events.Enqueue(message);
            foreach (var value in data.Payload ?? new([]))
            {
                _events.Enqueue(value is byte[] bytes ? Encoding.UTF8.GetString(bytes) : $"{value}");
            }
        },
        EventLevel.Verbose);

    private void AssertHidden(TestKey key)
    {
        Assert.DoesNotContain(_events, text => text.Contains(key.Text[..12], StringComparison.Ordinal));
        Assert.DoesNotContain(_events, text => text.Contains(Convert.ToHexString(key.Seed)[..12], StringComparison.OrdinalIgnoreCase));
    }
}
