using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Text.Json;
using Azure;
using Azure.Identity;
using Microsoft.Extensions.Logging;

namespace SxtAspNet.AzureKeyVault;

/// <summary>Says what a failure of Azure's client means for the person who runs the app, and what to do.</summary>
internal static class VaultFailure
{
    /// <summary>Runs a call to a vault.</summary>
    /// <exception cref="SxtAuthenticationException"><see cref="SxtFailureReason.KeyUnavailable"/>: what failed, and what to do.</exception>
    public static async Task<T> ExplainAsync<T>(Func<Task<T>> call, VaultItem item, ILogger logger, CancellationToken cancellationToken)
    {
        try
        {
            return await call().ConfigureAwait(false);
        }
        catch (Exception failure) when (HasJson(failure))
        {
            // What is wrong with an answer is told by quoting it, and the secret is in it.
            throw item.Unavailable($"was not {item.Use}: the answer is not one of a key vault. Check VaultUri, and whether a proxy changes answers.");
        }
        catch (Exception failure) when (failure is not SxtAuthenticationException && !cancellationToken.IsCancellationRequested)
        {
            logger.CallFailed(failure, item.ToString());
            throw Explain(failure, item);
        }
    }

    private static SxtAuthenticationException Explain(Exception failure, VaultItem item) => Last(failure) switch
    {
        RequestFailedException { Status: not 0 } answer => item.Unavailable(Answer(answer, item), failure, RetryAfter(answer)),
        CredentialUnavailableException => item.Unavailable(
            $"was not {item.Use}: there is no way to sign in to Azure. Give the app a managed identity; on a developer's machine, run: "
            + "az login. For several managed identities, set ManagedIdentityClientId.", failure),
        AuthenticationFailedException sign => item.Unavailable(
            $"was not {item.Use}, because signing in to Azure failed: {Cause(sign.Message)}", failure),
        OperationCanceledException => item.Unavailable(
            $"was not {item.Use}: the vault did not answer within {VaultRetryPolicy.NetworkTimeout.TotalSeconds:0} s. Check the network "
            + "between the app and the vault: firewall, proxy, private endpoint.", failure),
        var last => item.Unavailable(Connection(last, item), failure),
    };

    private static bool HasJson(Exception? failure)
    {
        while (failure is not (null or JsonException))
        {
            failure = failure.InnerException;
        }

        return failure is not null;
    }

    /// <summary>After a retry, the client throws all failures at once; the last one is as good as any.</summary>
    private static Exception Last(Exception failure) =>
        failure is AggregateException { InnerExceptions: [.., var last] } ? Last(last) : failure;

    private static string Answer(RequestFailedException answer, VaultItem item) => answer.Status switch
    {
        401 => $"was not {item.Use}: the vault does not accept the sign-in (401). Does the vault belong to another tenant than the "
            + "identity? Then set TenantId to the vault's.",
        403 => Forbidden(InnerCode(answer), item),
        404 => $"does not exist. Check {item.Settings}; if it was deleted, run: az keyvault {item.Kind} recover "
            + item.Arguments,
        429 => $"was not {item.Use}: the vault asks for fewer requests (429). Do too many apps ask it? It is tried again.",
        >= 500 => $"was not {item.Use}: the vault failed ({answer.Status}). It is tried again; if it goes on, see Azure's status page.",
        _ => $"was not {item.Use}: the vault answered {answer.Status} ({answer.ErrorCode ?? "no code"}). Check {item.Settings}.",
    };

    private static string Forbidden(string? code, VaultItem item) => code switch
    {
        "SecretDisabled" or "KeyDisabled" =>
            $"is disabled. {item.Advise($"run: az keyvault {item.Kind} set-attributes {item.VersionArguments} --enabled true")}",
        "ForbiddenByFirewall" or "ForbiddenByConnection" => $"was not {item.Use}: the vault's firewall refuses this network (403). Allow it "
            + "in the vault's networking settings, or use a private endpoint.",
        _ => $"may not be {item.Use} by the app's identity (403{(code is null ? "" : $", {code}")}). Give it {item.Access}.",
    };

    private static string Connection(Exception failure, VaultItem item)
    {
        for (var cause = failure; cause is not null; cause = cause.InnerException)
        {
            if (cause is AuthenticationException or HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError })
            {
                return $"was not {item.Use}: no TLS connection to the vault (its certificate is not trusted, or a proxy in between "
                    + "shows its own). Check VaultUri, the proxy, and this machine's root certificates and clock.";
            }

            if (cause is HttpRequestException { HttpRequestError: HttpRequestError.NameResolutionError })
            {
                return $"was not {item.Use}: the vault's host name is unknown. Check VaultUri, and DNS.";
            }
        }

        return failure is RequestFailedException or HttpRequestException
            ? $"was not {item.Use}: the vault can't be reached. Check VaultUri, and the network between the app and the vault: firewall, "
                + "proxy, private endpoint."
            : $"was not {item.Use} ({failure.GetType().Name}). Is VaultUri that of a key vault? The debug log has the details (event 1311).";
    }

    /// <summary>What the vault means by a 403 is in an inner code.</summary>
    private static string? InnerCode(RequestFailedException answer)
    {
        try
        {
            using var document = JsonDocument.Parse(answer.GetRawResponse()?.Content ?? BinaryData.FromString("null"));
            return document.RootElement is { ValueKind: JsonValueKind.Object } root
                && root.TryGetProperty("error", out var error)
                && error.ValueKind is JsonValueKind.Object
                && (error.TryGetProperty("innererror", out var inner) || error.TryGetProperty("innerError", out inner))
                && inner.ValueKind is JsonValueKind.Object
                && inner.TryGetProperty("code", out var code)
                ? code.GetString()
                : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // A proxy's page, say. The status must do.
            return null;
        }
    }

    private static TimeSpan? RetryAfter(RequestFailedException answer)
    {
        var value = answer.GetRawResponse()?.Headers.TryGetValue("Retry-After", out var header) is true ? header : null;
        return RetryConditionHeaderValue.TryParse(value, out var parsed) ? parsed.Delta : null;
    }

    /// <summary>Up to what differs each time, in the same line or the next: "Trace ID: … Correlation ID: … Timestamp: …".</summary>
    private static string Cause(string message) => message.Trim().Split(["\n", "Trace ID:"], 2, StringSplitOptions.None)[0].TrimEnd();
}
