using System.CommandLine;

namespace SxtAspNet.Tool.Commands;

/// <summary>dotnet sxt login</summary>
internal static class LoginCommand
{
    public static Command Create()
    {
        var options = new LoginOptions();
        var command = new Command("login", "Logs in once and prints user, expiries and timings, no token. It does not log out: that would end all sessions of the user.");
        options.AddTo(command);
        command.SetAction(async (parsed, cancellationToken) =>
        {
            using var account = options.Account(parsed);
            using var key = await options.Key(parsed).OpenAsync(account.Timeout, parsed.InvocationConfiguration.Error, cancellationToken)
                .ConfigureAwait(false);
            var login = await account.LoginAsync(key, cancellationToken).ConfigureAwait(false);
            await ReportOf(account, key, login)
                .WriteAsync(parsed.InvocationConfiguration.Output, options.IsJson(parsed))
                .ConfigureAwait(false);
            return ExitCode.Success;
        });
        return command;
    }

    public static Report ReportOf(Account account, OpenKey key, Login login) => new Report()
        .Add("user", "user", account.UserId)
        .Add("public key", "publicKey", key.PublicKeyText)
        .Add("session expires", "sessionExpires", login.Grant.SessionExpires)
        .Add("access token expires", "accessTokenExpires", login.Grant.AccessTokenExpires)
        .Add("refresh token expires", "refreshTokenExpires", login.Grant.RefreshTokenExpires)
        .Add("challenge", "challengeMilliseconds", login.Challenge)
        .Add("signing", "signingMilliseconds", login.Signing)
        .Add("exchange", "exchangeMilliseconds", login.Exchange);
}
