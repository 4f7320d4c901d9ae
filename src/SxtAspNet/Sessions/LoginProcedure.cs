using System.Text;
using Microsoft.Extensions.Logging;
using SxtAspNet.Diagnostics;
using SxtAspNet.Gateway;
using SxtAspNet.Keys;

namespace SxtAspNet.Sessions;

/// <summary>
/// Logs in: takes the first key that opens, has a challenge signed, exchanges it. The next key is tried when one
/// can't be opened or is refused; when the gateway itself fails, other keys would not help.
/// </summary>
internal sealed class LoginProcedure(
    string userId, GatewayClient gateway, KeyOpener keys, TimeProvider timeProvider, ILogger logger) : IDisposable
{
    /// <summary>How long a challenge can be exchanged (documented: 30 seconds).</summary>
    internal static readonly TimeSpan ChallengeLifetime = TimeSpan.FromSeconds(30);

    private (ISxtKeySource Source, SxtSigningKey Key)? _kept;

    /// <exception cref="SxtAuthenticationException">No key led to a session.</exception>
    public async Task<SessionGrant> RunAsync(SxtOptions options, CancellationToken cancellationToken)
    {
        if (!options.KeepKeyInMemory)
        {
            // It was kept before the setting changed.
            Dispose();
        }

        List<SxtAuthenticationException> failures = [];
        await foreach (var (source, opening) in
            KeyOpenings.OpenAsync(keys, options, timeProvider, logger, cancellationToken).ConfigureAwait(false))
        {
            try
            {
                return await TryKeyAsync(source, await opening.ConfigureAwait(false), options, cancellationToken).ConfigureAwait(false);
            }
            catch (SxtAuthenticationException failure)
                when (failure.Reason is SxtFailureReason.KeyUnavailable or SxtFailureReason.KeyRefused)
            {
                logger.KeyFailed(source, failure.Message);
                failures.Add(failure);
            }
        }

        if (_kept is { } kept && options.KeepKeyInMemory && failures.All(failure => failure.Reason is SxtFailureReason.KeyUnavailable))
        {
            logger.KeptKeyUsed();
            return await SignInAsync(kept.Source, kept.Key, options, cancellationToken).ConfigureAwait(false);
        }

        throw await ExplainAsync(failures, options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Closes the key that was kept in memory, if any.</summary>
    public void Dispose()
    {
        _kept?.Key.Dispose();
        _kept = null;
    }

    /// <summary>Logs in with a source's key; a refused key is opened once more, since it may just have been rotated.</summary>
    private async Task<SessionGrant> TryKeyAsync(
        ISxtKeySource source, SxtSigningKey opened, SxtOptions options, CancellationToken cancellationToken)
    {
        SxtSigningKey? key = opened;
        try
        {
            SessionGrant grant;
            try
            {
                grant = await SignInAsync(source, key, options, cancellationToken).ConfigureAwait(false);
            }
            catch (SxtAuthenticationException failure) when (failure.Reason is SxtFailureReason.KeyRefused)
            {
                var refused = key;
                key = await keys.OpenAsync(source, options, cancellationToken).ConfigureAwait(false);
                var isSame = key.PublicKey.Span.SequenceEqual(refused.PublicKey.Span);
                refused.Dispose();
                if (isSame)
                {
                    throw;
                }

                grant = await SignInAsync(source, key, options, cancellationToken).ConfigureAwait(false);
            }

            if (options.KeepKeyInMemory)
            {
                var last = _kept?.Key;
                _kept = (source, key);
                key = last;
            }

            return grant;
        }
        finally
        {
            key?.Dispose();
        }
    }

    private async Task<SessionGrant> SignInAsync(
        ISxtKeySource source, SxtSigningKey key, SxtOptions options, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var askedAt = timeProvider.GetTimestamp();
            var challenge = await gateway.RequestChallengeAsync(options.GatewayTimeout, cancellationToken).ConfigureAwait(false);
            var signature = await keys.SignAsync(source, key, Encoding.UTF8.GetBytes(challenge), options, cancellationToken).ConfigureAwait(false);
            try
            {
                if (timeProvider.GetElapsedTime(askedAt) < ChallengeLifetime)
                {
                    return await gateway.ExchangeAsync(
                        challenge, signature, key.PublicKey, options.GatewayTimeout, cancellationToken).ConfigureAwait(false);
                }
            }
            catch (SxtAuthenticationException failure)
                when (failure.Reason is SxtFailureReason.KeyRefused && timeProvider.GetElapsedTime(askedAt) >= ChallengeLifetime)
            {
                // A late exchange is refused like a wrong key; the time tells them apart.
            }

            if (attempt == 2)
            {
                throw new SxtAuthenticationException(
                    SxtFailureReason.ChallengeExpired,
                    $"Login of user '{userId}': twice, more than {ChallengeLifetime.TotalSeconds} s passed between "
                    + "asking for a challenge and presenting it; is this process starved or paused?");
            }
        }
    }

    private async Task<SxtAuthenticationException> ExplainAsync(
        List<SxtAuthenticationException> failures, SxtOptions options, CancellationToken cancellationToken)
    {
        var refused = failures.Find(failure => failure.Reason is SxtFailureReason.KeyRefused);
        if (refused is not null && !await UserExistsAsync(options, cancellationToken).ConfigureAwait(false))
        {
            return new SxtAuthenticationException(
                SxtFailureReason.UserUnknown,
                $"The gateway knows no user '{userId}'; check UserId and GatewayUrl.",
                refused);
        }

        var reasons = string.Join(' ', failures.Select(failure => failure.Message));
        return refused is not null
            ? new SxtAuthenticationException(
                SxtFailureReason.KeyRefused,
                $"No configured key is accepted for user '{userId}'; check that the public key is on the user's keyring. {reasons}",
                refused)
            : new SxtAuthenticationException(
                SxtFailureReason.KeyUnavailable,
                $"No configured key of user '{userId}' can be opened. {reasons}",
                failures.FirstOrDefault());
    }

    private async Task<bool> UserExistsAsync(SxtOptions options, CancellationToken cancellationToken)
    {
        try
        {
            return await gateway.UserExistsAsync(options.GatewayTimeout, cancellationToken).ConfigureAwait(false);
        }
        catch (SxtAuthenticationException)
        {
            // This call only sharpens an error message; without an answer the message stays as it is.
            return true;
        }
    }
}
