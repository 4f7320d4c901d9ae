namespace SxtAspNet.Tool;

/// <summary>Adds a key to the keyring of a user who logs in with another one.</summary>
internal static class KeyAddition
{
    /// <returns>Whether the key was not on the keyring before.</returns>
    /// <exception cref="ToolException">The gateway did not confirm it.</exception>
    public static async Task<bool> RunAsync(Account account, OpenKey key, OpenKey added, CancellationToken cancellationToken)
    {
        var login = await account.LoginAsync(key, cancellationToken).ConfigureAwait(false);
        var token = login.Grant.AccessToken;

        // Looked at first, so that the command can be repeated whatever became of it.
        var present = await account.Keyring.ListAsync(token, account.Timeout, cancellationToken).ConfigureAwait(false);
        if (present.Contains(added.PublicKeyText, StringComparer.Ordinal))
        {
            return false;
        }

        var challenge = await account.Keyring.RequestChallengeAsync(token, account.Timeout, cancellationToken).ConfigureAwait(false);
        var signature = await added.SignAsync(challenge, cancellationToken).ConfigureAwait(false);
        try
        {
            await account.Keyring.AddAsync(token, challenge, signature, added.PublicKey, account.Timeout, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (SxtAuthenticationException failure) when (failure.Reason is not SxtFailureReason.KeyRefused)
        {
            throw new ToolException(
                $"{Wording.ForCommandLine(failure.Message)} Whether the key was added is not known; run the command again.", failure);
        }
    }
}
