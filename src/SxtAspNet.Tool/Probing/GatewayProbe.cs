using System.Text.Json;
using SxtAspNet.Gateway;
using SxtAspNet.Testing;

namespace SxtAspNet.Tool.Probing;

/// <summary>
/// Asks a gateway the questions of <see cref="Findings"/> by what it does. The order matters: what may end a session is asked
/// last of that session, and each question about an end has a session that was good just before.
/// </summary>
internal sealed class GatewayProbe(ProbeWire wire, string userId, OpenKey key, CancellationToken cancellationToken)
{
    /// <summary>Of a token's alphabet, but none.</summary>
    private const string NoToken = "this-is-no.access.token";

    public Findings Findings { get; } = new();

    /// <summary>The settings of an emulator that behaves so; what was not found out has its default, the strictest.</summary>
    public SxtGatewayEmulatorOptions Profile { get; } = new();

    /// <summary>Asks all; stops early when the wire does.</summary>
    /// <exception cref="ToolException">The first login failed, so nothing can be asked.</exception>
    public async Task RunAsync()
    {
        await AskAsync().ConfigureAwait(false);
        Observations.Of(wire, Findings, Profile);
    }

    private async Task AskAsync()
    {
        if (await LoginTwiceAsync().ConfigureAwait(false) is not { } first
            || !await AskAboutTokensAsync(first).ConfigureAwait(false))
        {
            return;
        }

        Observations.OfLifetimes(first, Findings, Profile);
        await AskAboutRefreshAsync(first).ConfigureAwait(false);
        await AskAboutOtherSessionsAsync().ConfigureAwait(false);
    }

    /// <summary>Logs in, and sends the same answer to the challenge once more.</summary>
    /// <returns>The session that was given last.</returns>
    private async Task<ProbedSession?> LoginTwiceAsync()
    {
        if (await SignAsync().ConfigureAwait(false) is not { } login
            || await ExchangeAsync(login).ConfigureAwait(false) is not { } answer)
        {
            return null;
        }

        if (ProbedSession.Read(answer) is not { } session)
        {
            throw new ToolException(
                $"The login was answered with {answer}, so nothing can be found out; '{SxtTool.Name} login' with the same options says what is wrong.");
        }

        if (await ExchangeAsync(login).ConfigureAwait(false) is not { } second)
        {
            return session;
        }

        var other = ProbedSession.Read(second);
        Profile.AllowChallengeReuse = other is not null;
        Findings.Set(
            Findings.ChallengeReuse, other is null ? "yes" : "no, it gives another session", $"the same login twice: {second}", CertaintyOf(other is not null || second.IsNo));
        return other ?? session;
    }

    private async Task<bool> AskAboutTokensAsync(ProbedSession session)
    {
        if (await CheckAsync(session.AccessToken).ConfigureAwait(false) is not { } good
            || await CheckAsync(NoToken).ConfigureAwait(false) is not { } nonsense)
        {
            return false;
        }

        Findings.Set(Findings.GoodToken, good.ToString(), "asked right after the login");
        Findings.Set(Findings.NonsenseToken, nonsense.ToString(), "asked with a made-up text");
        return true;
    }

    private async Task AskAboutRefreshAsync(ProbedSession first)
    {
        if (await RefreshAsync(first).ConfigureAwait(false) is not { } answer)
        {
            return;
        }

        if (ProbedSession.Read(answer) is not { } refreshed)
        {
            Findings.Set(Findings.RefreshTokenReuse, "not found out: the first use was refused", $"first use: {answer}", Certainty.Unknown);
            return;
        }

        CompareEnds(first, refreshed);
        if (await CheckAsync(first.AccessToken).ConfigureAwait(false) is not { } old
            || await CheckAsync(refreshed.AccessToken).ConfigureAwait(false) is not { } current)
        {
            return;
        }

        Profile.OldAccessTokensSurviveRefresh = old.IsYes;
        Findings.Set(
            Findings.OldAccessToken,
            old.IsYes ? "yes" : old.IsNo ? "no" : "not found out",
            $"the old token: {old}; the new one: {current}",
            current.IsYes ? CertaintyOf(old.IsYes || old.IsNo) : Certainty.Unknown);
        await AskAboutReuseAsync(first, refreshed).ConfigureAwait(false);
    }

    private async Task AskAboutReuseAsync(ProbedSession first, ProbedSession refreshed)
    {
        if (await RefreshAsync(first).ConfigureAwait(false) is not { } answer)
        {
            return;
        }

        var again = ProbedSession.Read(answer);
        Profile.AllowRefreshTokenReuse = again is not null;
        Findings.Set(
            Findings.RefreshTokenReuse, again is null ? "no" : "yes", $"second use: {answer}", CertaintyOf(again is not null || answer.IsNo));
        if (await CheckAsync((again ?? refreshed).AccessToken).ConfigureAwait(false) is not { } after)
        {
            return;
        }

        if (again is null)
        {
            Profile.ReusedRefreshTokenEndsSession = !after.IsYes;
        }

        Findings.Set(
            Findings.ReuseEndsSession,
            after.IsYes ? "no" : after.IsNo ? "yes" : "not found out",
            $"the session's newest token after it: {after}",
            CertaintyOf(after.IsYes || after.IsNo));
    }

    private void CompareEnds(ProbedSession first, ProbedSession refreshed)
    {
        if (first.End is not { } before || refreshed.End is not { } after)
        {
            Findings.Set(Findings.SessionEnd, "not found out: the end is not told", "neither sessionExpires nor ssn_exp", Certainty.Unknown);
            return;
        }

        var apart = refreshed.Answer.ReceivedAt - first.Answer.ReceivedAt;
        Profile.RefreshExtendsSession = after > before;
        Findings.Set(
            Findings.SessionEnd,
            after > before ? "no, it moves on" : after == before ? "yes" : "no, it moves back",
            $"the ends are {(after - before).TotalMilliseconds:0} ms apart, the answers {apart.TotalMilliseconds:0} ms",
            after == before && apart < TimeSpan.FromSeconds(1) && before.Millisecond == 0 ? Certainty.Likely : Certainty.Sure);
    }

    private async Task AskAboutOtherSessionsAsync()
    {
        if (await LoginAsync().ConfigureAwait(false) is not { } older
            || await LoginAsync().ConfigureAwait(false) is not { } newer
            || await CheckAsync(older.AccessToken).ConfigureAwait(false) is not { } check)
        {
            return;
        }

        Profile.LoginEndsOtherSessions = check.IsNo;
        Findings.Set(
            Findings.LoginEndsOthers,
            check.IsYes ? "no" : check.IsNo ? "yes" : "not found out",
            $"the older session's token after another login: {check}",
            CertaintyOf(check.IsYes || check.IsNo));
        if (await wire.SendAsync(HttpMethod.Post, "v1/auth/logout", newer.AccessToken, null, cancellationToken).ConfigureAwait(false) is not { } logout
            || await CheckAsync(newer.AccessToken).ConfigureAwait(false) is not { } dead)
        {
            return;
        }

        if (dead.IsNo)
        {
            Profile.RefusedTokenStatus = dead.Status;
            Profile.RefusedTokenHasBody = dead.Body.Length > 0;
        }

        Findings.Set(
            Findings.DeadToken, dead.ToString(), $"asked right after the logout ({logout})", dead.IsNo ? Certainty.Sure : Certainty.Likely);
        if (!check.IsYes)
        {
            Findings.Set(Findings.LogoutEndsAll, "not found out", "there were no two sessions at a time", Certainty.Unknown);
        }
        else if (await CheckAsync(older.AccessToken).ConfigureAwait(false) is { } other)
        {
            Profile.LogoutEndsAllSessions = !other.IsYes;
            Findings.Set(
                Findings.LogoutEndsAll,
                other.IsYes ? "no" : other.IsNo ? "yes" : "not found out",
                $"logout: {logout}; another session's token after it: {other}",
                logout.IsSuccess ? CertaintyOf(other.IsYes || other.IsNo) : Certainty.Unknown);
        }
    }

    private async Task<ProbedSession?> LoginAsync() =>
        await SignAsync().ConfigureAwait(false) is { } login && await ExchangeAsync(login).ConfigureAwait(false) is { } answer
            ? ProbedSession.Read(answer)
            : null;

    /// <returns>The body that exchanges a challenge.</returns>
    private async Task<byte[]?> SignAsync()
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new ChallengeRequest(userId), GatewayJson.Default.ChallengeRequest);
        if (await wire.SendAsync(HttpMethod.Post, "v1/auth/code", null, body, cancellationToken).ConfigureAwait(false) is not { } answer)
        {
            return null;
        }

        if (!answer.Members.TryGetValue("authCode", out var code) || code.ValueKind != JsonValueKind.String || code.GetString() is not { Length: > 0 } challenge)
        {
            throw new ToolException(
                $"The challenge was answered with {answer}, so nothing can be found out; '{SxtTool.Name} login' with the same options says what is wrong.");
        }

        var signature = await key.SignAsync(challenge, cancellationToken).ConfigureAwait(false);
        var request = new TokenRequest(userId, challenge, Convert.ToHexStringLower(signature), key.PublicKeyText, "ed25519");
        return JsonSerializer.SerializeToUtf8Bytes(request, GatewayJson.Default.TokenRequest);
    }

    private Task<ProbeAnswer?> ExchangeAsync(byte[] login) =>
        wire.SendAsync(HttpMethod.Post, "v1/auth/token", null, login, cancellationToken);

    private Task<ProbeAnswer?> RefreshAsync(ProbedSession session) =>
        wire.SendAsync(HttpMethod.Post, "v1/auth/refresh", session.RefreshToken, null, cancellationToken);

    private Task<ProbeAnswer?> CheckAsync(string accessToken) =>
        wire.SendAsync(HttpMethod.Get, "v1/auth/validtoken", accessToken, null, cancellationToken);

    /// <summary>Neither a clear yes nor a clear no may have another cause.</summary>
    private static Certainty CertaintyOf(bool isClear) => isClear ? Certainty.Sure : Certainty.Likely;
}
