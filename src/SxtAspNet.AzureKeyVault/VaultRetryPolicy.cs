using Azure.Core;
using Azure.Core.Pipeline;

namespace SxtAspNet.AzureKeyVault;

/// <summary>
/// One more try after half a second, which fixes a dropped connection. An app that starts waits for this: what takes longer
/// is left to the next configured key, and to the session's own back-off.
/// </summary>
internal sealed class VaultRetryPolicy(RetryOptions options) : RetryPolicy(
    options.MaxRetries, DelayStrategy.CreateFixedDelayStrategy(options.Delay))
{
    /// <summary>How long one request may take; with the second try it is well below the default of KeyTimeout.</summary>
    public static readonly TimeSpan NetworkTimeout = TimeSpan.FromSeconds(3);

    /// <summary>Sets what holds where the app says nothing else.</summary>
    public static void SetDefaults(RetryOptions options)
    {
        options.MaxRetries = 1;
        options.Delay = TimeSpan.FromSeconds(0.5);
        options.NetworkTimeout = NetworkTimeout;
    }

    protected override bool ShouldRetry(HttpMessage message, Exception? exception) =>
        !IsAskedToWait(message, exception) && base.ShouldRetry(message, exception);

    protected override ValueTask<bool> ShouldRetryAsync(HttpMessage message, Exception? exception) =>
        IsAskedToWait(message, exception) ? ValueTask.FromResult(false) : base.ShouldRetryAsync(message, exception);

    /// <summary>Azure's client would wait as long as the vault asks it to, and nobody would learn why.</summary>
    private static bool IsAskedToWait(HttpMessage message, Exception? exception) =>
        exception is null && message.HasResponse && (message.Response.Status == 429 || message.Response.Headers.Contains("Retry-After"));
}
