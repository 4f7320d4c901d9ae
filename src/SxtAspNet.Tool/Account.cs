using SxtAspNet.Gateway;

namespace SxtAspNet.Tool;

/// <summary>A user at a gateway.</summary>
internal sealed class Account : IDisposable
{
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
    public Task<Login> LoginAsync(OpenKey key, CancellationToken cancellationToken) =>
        LoginAsync(key, () => _client.RequestChallengeAsync(Timeout, cancellationToken), cancellationToken);

    /// <summary>Makes the user, with the key as the first one on its keyring, and so logs in.</summary>
    /// <exception cref="ToolException">The user exists, or whether it was made is not known.</exception>
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
            throw await UserExistsAsync(otherwise: false, cancellationToken).ConfigureAwait(false)
                ? new ToolException($"{failure.Message} The user '{UserId}' exists; choose another id, or log in with a key that is on its keyring.", failure)
                : new ToolException(failure.Message, failure);
        }
        catch (SxtAuthenticationException failure) when (isSigned)
        {
            throw new ToolException(
                $"{Wording.ForCommandLine(failure.Message)} Whether the user was made is not known; '{SxtTool.Name} login' finds out.", failure);
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
        catch (SxtAuthenticationException failure) when (failure.Reason is SxtFailureReason.KeyRefused)
        {
            var isLate = _timeProvider.GetElapsedTime(start) >= ChallengeLifetime;
            throw await ExplainAsync(failure, key, isLate, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A late answer and an unknown user are refused just as a key that is not on the keyring.</summary>
    private async Task<ToolException> ExplainAsync(
        SxtAuthenticationException refusal, OpenKey key, bool isLate, CancellationToken cancellationToken)
    {
        if (isLate)
        {
            return new ToolException(
                $"{refusal.Message} More than {ChallengeLifetime.TotalSeconds} s had passed since the challenge; try again.", refusal);
        }

        return await UserExistsAsync(otherwise: true, cancellationToken).ConfigureAwait(false)
            ? new ToolException($"{refusal.Message} Put that public key on the keyring of '{UserId}', or use a key that is on it.", refusal)
            : new ToolException($"The gateway {_options.GatewayUrl} knows no user '{UserId}'; check --user and --gateway.", refusal);
    }

    /// <summary>Only sharpens an error message; without an answer the message stays as it is.</summary>
    private async Task<bool> UserExistsAsync(bool otherwise, CancellationToken cancellationToken)
    {
        try
        {
            return await _client.UserExistsAsync(Timeout, cancellationToken).ConfigureAwait(false);
        }
        catch (SxtAuthenticationException)
        {
            return otherwise;
        }
    }
}

/// <summary>A login and how long its steps took.</summary>
internal sealed record Login(SessionGrant Grant, TimeSpan Challenge, TimeSpan Signing, TimeSpan Exchange);
