using System.Text;
using Microsoft.Extensions.Logging;
using SxtAspNet.Diagnostics;
using SxtAspNet.Gateway;
using SxtAspNet.Keys;

namespace SxtAspNet.Sessions;

/// <summary>
/// Logs in with the first key that leads to a session: a signing key signs a challenge of the gateway, an API key is exchanged at
/// the proxy. The next key is tried when one can't be opened or is refused, and when the proxy fails; when the gateway itself
/// fails, other keys would not help.
/// </summary>
internal sealed class LoginProcedure(
    GatewayUser user, GatewayClient gateway, ProxyClient proxy, KeyOpener keys, TimeProvider timeProvider, ILogger logger) : IDisposable
{
    /// <summary>How long a challenge can be exchanged (documented: 30 seconds).</summary>
    internal static readonly TimeSpan ChallengeLifetime = TimeSpan.FromSeconds(30);

    private (ISxtKeySource Source, SxtCredential Key, SxtOptions Options)? _kept;

    /// <summary>Position of the key that the last login was made with, from 0; <see langword="null"/> before the first.</summary>
    public int? KeyPosition { get; private set; }

    /// <exception cref="SxtAuthenticationException">No key led to a session.</exception>
    public async Task<SessionGrant> RunAsync(SxtOptions options, CancellationToken cancellationToken)
    {
        if (!options.KeepKeyInMemory)
        {
            // It was kept before the setting changed.
            Dispose();
        }

        List<LoginFailure> failures = [];
        await foreach (var (source, opening) in
            KeyOpenings.OpenAsync(keys, options, timeProvider, logger, cancellationToken).ConfigureAwait(false))
        {
            var (grant, failure) = await TryKeyAsync(source, opening, options, cancellationToken).ConfigureAwait(false);
            if (failure is null)
            {
                return grant!;
            }

            failures.Add(failure);
            if (failures.Count < keys.SourcesFor(options).Count)
            {
                // The last one's words are among those that the attempt ends in.
                logger.KeyFailed(source, failure.Cause.Message);
            }
        }

        if (_kept is { } kept && options.KeepKeyInMemory && failures.Find(failure => IsOutage(failure, kept.Source)) is { } outage)
        {
            logger.KeptKeyUsed(outage.Cause.Message);
            KeyPosition = keys.PositionOf(outage.Source, options);
            return await LogInAsync(kept.Source, kept.Key, options, cancellationToken).ConfigureAwait(false);
        }

        var isUserUnknown = failures.Exists(failure => failure.IsSigningKeyRefused)
            && !await UserExistsAsync(options, cancellationToken).ConfigureAwait(false);
        throw LoginFailure.Explain(failures, user, isUserUnknown);
    }

    /// <summary>Closes the key that was kept in memory, if any.</summary>
    public void Dispose()
    {
        if (_kept is { } kept)
        {
            _ = keys.CloseAsync(kept.Source, kept.Key, kept.Options);
        }

        _kept = null;
    }

    /// <summary>Whether a source can't be reached. The settings may have been read again since it gave its key, which makes new sources of the same names.</summary>
    private static bool IsOutage(LoginFailure failure, ISxtKeySource source) =>
        failure.Cause.Reason is SxtFailureReason.KeyUnavailable && failure.Source.ToString() == source.ToString();

    /// <summary>Logs in with a source's key; a refused key is opened once more, since it may just have been rotated.</summary>
    /// <returns>A session, or why this key led to none.</returns>
    /// <exception cref="SxtAuthenticationException">The gateway fails, and not because of this key.</exception>
    private async Task<(SessionGrant? Grant, LoginFailure? Failure)> TryKeyAsync(
        ISxtKeySource source, Task<SxtCredential> opening, SxtOptions options, CancellationToken cancellationToken)
    {
        SxtCredential? key = null;
        try
        {
            key = await opening.ConfigureAwait(false);
            SessionGrant grant;
            try
            {
                grant = await LogInAsync(source, key, options, cancellationToken).ConfigureAwait(false);
            }
            catch (SxtAuthenticationException failure) when (failure.Reason is SxtFailureReason.KeyRefused)
            {
                var refused = key;
                key = await keys.OpenAsync(source, options, cancellationToken).ConfigureAwait(false);
                var isSame = key.IsSameAs(refused);
                await keys.CloseAsync(source, refused, options).ConfigureAwait(false);
                if (isSame)
                {
                    throw;
                }

                grant = await LogInAsync(source, key, options, cancellationToken).ConfigureAwait(false);
            }

            KeyPosition = keys.PositionOf(source, options);
            if (options.KeepKeyInMemory)
            {
                Dispose();
                _kept = (source, key, options);
                key = null;
            }

            return (grant, null);
        }
        catch (SxtAuthenticationException failure) when (LoginFailure.IsOfTheKey(failure, key, user))
        {
            return (null, new LoginFailure(source, failure, IsSigningKey: key is SxtSigningKey));
        }
        finally
        {
            await keys.CloseAsync(source, key, options).ConfigureAwait(false);
        }
    }

    private Task<SessionGrant> LogInAsync(ISxtKeySource source, SxtCredential key, SxtOptions options, CancellationToken cancellationToken) =>
        key switch
        {
            SxtApiKey apiKey => ExchangeAsync(apiKey, options, cancellationToken),
            SxtSigningKey signingKey when user.IsConfigured => SignInAsync(source, signingKey, options, cancellationToken),
            _ => throw LoginFailure.NoUser(source),
        };

    private async Task<SessionGrant> ExchangeAsync(SxtApiKey key, SxtOptions options, CancellationToken cancellationToken)
    {
        var grant = await SxtTraces.StepAsync(
            "sxt exchange key", () => proxy.ExchangeAsync(key.GetValue(), options.GatewayTimeout, cancellationToken)).ConfigureAwait(false);
        return user.Accepts(grant.UserId) ? grant : throw LoginFailure.OtherUser(user);
    }

    private async Task<SessionGrant> SignInAsync(
        ISxtKeySource source, SxtSigningKey key, SxtOptions options, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var askedAt = timeProvider.GetTimestamp();
            var challenge = await SxtTraces.StepAsync("sxt challenge", () => gateway.RequestChallengeAsync(options.GatewayTimeout, cancellationToken)).ConfigureAwait(false);
            var signature = await SxtTraces.StepAsync(
                "sxt sign", () => keys.SignAsync(source, key, Encoding.UTF8.GetBytes(challenge), options, cancellationToken)).ConfigureAwait(false);
            try
            {
                if (timeProvider.GetElapsedTime(askedAt) < ChallengeLifetime)
                {
                    return await SxtTraces.StepAsync("sxt token", () => gateway.ExchangeAsync(
                        challenge, signature, key.PublicKey, options.GatewayTimeout, cancellationToken)).ConfigureAwait(false);
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
                    $"Login of {user}: twice, more than {ChallengeLifetime.TotalSeconds} s passed between "
                    + "asking for a challenge and presenting it; is this process starved or paused?");
            }
        }
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
