using SxtAspNet.Gateway;

namespace SxtAspNet.Tool;

/// <summary>A user at a gateway.</summary>
internal sealed class Account : IDisposable
{
    private const string NotKnown = $"Whether the user was made is not known; '{SxtTool.Name} login' finds out.";

    /// <summary>How long a challenge can be exchanged (documented: 30 seconds).</summary>
    private static readonly TimeSpan ChallengeLifetime = TimeSpan.FromSeconds(30);

    private readonly TimeProvider _timeProvider;
    private readonly GatewayTransport _transport;
    private readonly GatewayClient _client;
    private readonly SxtOptions _options;

    public Account(SxtOptions options, TimeProvider timeProvider)
    {
        _options = options;
        _timeProvider = timeProvider;
        _transport = new GatewayTransport(
            BaseUrl.Of(options.GatewayUrl),
            backchannel: null,
            new GatewayClock(timeProvider),
            new Runtime(timeProvider));
        _client = new GatewayClient(_transport, new GatewayUser(options.UserId));
        Keyring = new GatewayKeyring(_transport, options.UserId);
    }

    public Uri Gateway => BaseUrl.Of(_options.GatewayUrl);

    public string UserId => _options.UserId;

    public GatewayKeyring Keyring { get; }

    /// <summary>Time limit of one call.</summary>
    public TimeSpan Timeout => _options.GatewayTimeout;

    /// <summary>
    /// Logs in, once. It is never logged out again: that would end all sessions of the user, those of running apps too.
    /// </summary>
    /// <exception cref="ToolException">The gateway refused the user or the key.</exception>
    /// <exception cref="SxtAuthenticationException">The gateway can't be reached, or answers something else.</exception>
    public async Task<Login> LoginAsync(OpenKey key, CancellationToken cancellationToken)
    {
        try
        {
            return await LoginAsync(key, () => _client.RequestChallengeAsync(Timeout, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        catch (SxtAuthenticationException refusal) when (refusal.Reason is SxtFailureReason.KeyRefused)
        {
            // An unknown user is refused just as a key that is not on the keyring.
            throw await UserExistsAsync(cancellationToken).ConfigureAwait(false) is false
                ? new ToolException($"The gateway {_options.GatewayUrl} knows no user '{UserId}'; check --user and --gateway.", refusal)
                : new ToolException($"{refusal.Message} Put that public key on the keyring of '{UserId}', or use a key that is on it.", refusal);
        }
    }

    /// <summary>Makes the user, with the key as the first one on its keyring, and so logs in.</summary>
    /// <exception cref="ToolException">The user exists, or the gateway refused to make it, or whether it was made is not known.</exception>
    /// <exception cref="SxtAuthenticationException">The gateway can't be reached, or answers something else.</exception>
    public async Task<Login> RegisterAsync(OpenKey key, NewUser user, CancellationToken cancellationToken)
    {
        var isSigned = false;
        try
        {
            return await LoginAsync(key, ChallengeAsync, cancellationToken).ConfigureAwait(false);
        }
        catch (SxtAuthenticationException failure) when (failure.Reason is SxtFailureReason.UserUnknown)
        {
            throw await UserExistsAsync(cancellationToken).ConfigureAwait(false) is true
                ? new ToolException($"{failure.Message} The user '{UserId}' exists; choose another id, or log in with a key that is on its keyring.", failure)
                : new ToolException(failure.Message, failure);
        }
        catch (SxtAuthenticationException refusal) when (refusal.Reason is SxtFailureReason.KeyRefused)
        {
            // Why, only the gateway knows. There is no such user until it is made, so that is no reason.
            var outcome = await UserExistsAsync(cancellationToken).ConfigureAwait(false) is false ? $"The user '{UserId}' was not made." : NotKnown;
            throw new ToolException($"{refusal.Message} {outcome}", refusal);
        }
        catch (SxtAuthenticationException failure) when (isSigned)
        {
            throw new ToolException($"{Wording.ForCommandLine(failure.Message)} {NotKnown}", failure);
        }

        async Task<string> ChallengeAsync()
        {
            var challenge = await Registration.RequestChallengeAsync(_transport, UserId, user, Timeout, cancellationToken).ConfigureAwait(false);
            isSigned = true;
            return challenge;
        }
    }

    public void Dispose() => _transport.Dispose();

    private async Task<Login> LoginAsync(OpenKey key, Func<Task<string>> requestChallenge, CancellationToken cancellationToken)
    {
        var start = _timeProvider.GetTimestamp();
        var challenge = await requestChallenge().ConfigureAwait(false);
        var challenged = _timeProvider.GetTimestamp();
        var signature = await key.SignAsync(challenge, cancellationToken).ConfigureAwait(false);
        var signed = _timeProvider.GetTimestamp();
        try
        {
            var grant = await _client.ExchangeAsync(challenge, signature, key.PublicKey, Timeout, cancellationToken).ConfigureAwait(false);
            return new Login(
                grant,
                _timeProvider.GetElapsedTime(start, challenged),
                _timeProvider.GetElapsedTime(challenged, signed),
                _timeProvider.GetElapsedTime(signed));
        }
        catch (SxtAuthenticationException refusal)
            when (refusal.Reason is SxtFailureReason.KeyRefused && _timeProvider.GetElapsedTime(start) >= ChallengeLifetime)
        {
            throw new ToolException(
                $"{refusal.Message} More than {ChallengeLifetime.TotalSeconds} s had passed since the challenge; try again.", refusal);
        }
    }

    /// <summary>Only sharpens an error message.</summary>
    /// <returns><see langword="null"/>: it is not told.</returns>
    private async Task<bool?> UserExistsAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _client.UserExistsAsync(Timeout, cancellationToken).ConfigureAwait(false);
        }
        catch (SxtAuthenticationException)
        {
            return null;
        }
    }
}

/// <summary>A login and how long its steps took.</summary>
internal sealed record Login(SessionGrant Grant, TimeSpan Challenge, TimeSpan Signing, TimeSpan Exchange);
