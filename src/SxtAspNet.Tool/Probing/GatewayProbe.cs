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

    private bool _hasLoggedIn;

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
        if (await LoginAsync().ConfigureAwait(false) is not { } first
            || !await AskAboutTokensAsync(first).ConfigureAwait(false))
        {
            return;
        }

        Observations.OfLifetimes(first, Findings, Profile);
        await AskAboutRefreshAsync(first).ConfigureAwait(false);
        await AskAboutOtherSessionsAsync().ConfigureAwait(false);

        // Last: whatever follows a used challenge, no other question is left.
        await AskAboutChallengeAsync().ConfigureAwait(false);
    }

    private async Task<bool> AskAboutTokensAsync(ProbedSession session)
    {
        if (await CheckAsync(session.AccessToken).ConfigureAwait(false) is not { } good
            || await CheckAsync(NoToken).ConfigureAwait(false) is not { } nonsense)
        {
            return false;
        }

        Findings.Set(Findings.GoodToken, good.ToString(), "asked right after the login", good.IsYes ? Certainty.Sure : Certainty.Likely);
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
            Findings.Set(Findings.RefreshTokenReuse, null, $"the first use was refused: {answer}");
            return;
        }

        CompareEnds(first, refreshed);
        if (await CheckAsync(first.AccessToken).ConfigureAwait(false) is not { } old
            || await CheckAsync(refreshed.AccessToken).ConfigureAwait(false) is not { } current)
        {
            return;
        }

        var survives = current.IsYes ? old.Verdict : null;
        Profile.OldAccessTokensSurviveRefresh = survives ?? Profile.OldAccessTokensSurviveRefresh;
        Findings.Set(Findings.OldAccessToken, Word(survives), $"the old token: {old}; the new one: {current}");
        await AskAboutReuseAsync(first, refreshed, current).ConfigureAwait(false);
    }

    /// <param name="first">The session whose refresh token was used.</param>
    /// <param name="refreshed">What that gave.</param>
    /// <param name="before">What was said of its token before the second use.</param>
    private async Task AskAboutReuseAsync(ProbedSession first, ProbedSession refreshed, ProbeAnswer before)
    {
        if (await RefreshAsync(first).ConfigureAwait(false) is not { } answer)
        {
            return;
        }

        var again = ProbedSession.Read(answer);
        bool? works = again is not null ? true : answer.IsNo ? false : null;
        Profile.AllowRefreshTokenReuse = works ?? Profile.AllowRefreshTokenReuse;
        Findings.Set(Findings.RefreshTokenReuse, Word(works), $"second use: {answer}");
        if (await CheckAsync((again ?? refreshed).AccessToken).ConfigureAwait(false) is not { } after)
        {
            return;
        }

        var ends = before.IsYes ? !after.Verdict : null;
        if (works is false)
        {
            Profile.ReusedRefreshTokenEndsSession = ends ?? Profile.ReusedRefreshTokenEndsSession;
        }

        Findings.Set(Findings.ReuseEndsSession, Word(ends), $"the session's newest token before it: {before}; after it: {after}");
    }

    private void CompareEnds(ProbedSession first, ProbedSession refreshed)
    {
        if (first.End is not { } before || refreshed.End is not { } after)
        {
            Findings.Set(Findings.SessionEnd, null, "neither sessionExpires nor ssn_exp tells it");
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
            || await CheckAsync(older.AccessToken).ConfigureAwait(false) is not { } before
            || await LoginAsync().ConfigureAwait(false) is not { } newer
            || await CheckAsync(older.AccessToken).ConfigureAwait(false) is not { } after)
        {
            return;
        }

        var ends = before.IsYes ? !after.Verdict : null;
        Profile.LoginEndsOtherSessions = ends ?? Profile.LoginEndsOtherSessions;
        Findings.Set(Findings.LoginEndsOthers, Word(ends), $"the older session's token before another login: {before}; after it: {after}");
        await AskAboutLogoutAsync(older, newer, isTold: before.IsYes, areTwo: after.IsYes).ConfigureAwait(false);
    }

    /// <param name="older">A session.</param>
    /// <param name="newer">The session that is logged out.</param>
    /// <param name="isTold">Whether the check of a token tells a good one.</param>
    /// <param name="areTwo">Whether the older session lives beside the newer one.</param>
    private async Task AskAboutLogoutAsync(ProbedSession older, ProbedSession newer, bool isTold, bool areTwo)
    {
        if (await wire.SendAsync(HttpMethod.Post, "v1/auth/logout", newer.AccessToken, null, cancellationToken).ConfigureAwait(false) is not { } logout
            || await CheckAsync(newer.AccessToken).ConfigureAwait(false) is not { } dead)
        {
            return;
        }

        var isDead = isTold && logout.IsSuccess;
        if (isDead && dead.IsNo)
        {
            Profile.RefusedTokenStatus = dead.Status;
            Profile.RefusedTokenHasBody = dead.Body.Length > 0;
        }

        Findings.Set(
            Findings.DeadToken, isDead ? dead.ToString() : null, $"asked right after the logout ({logout}): {dead}", dead.IsNo ? Certainty.Sure : Certainty.Likely);
        if (!areTwo || !logout.IsSuccess)
        {
            Findings.Set(Findings.LogoutEndsAll, null, areTwo ? $"logout: {logout}" : "there were no two sessions at a time");
        }
        else if (await CheckAsync(older.AccessToken).ConfigureAwait(false) is { } other)
        {
            var ends = !other.Verdict;
            Profile.LogoutEndsAllSessions = ends ?? Profile.LogoutEndsAllSessions;
            Findings.Set(Findings.LogoutEndsAll, Word(ends), $"logout: {logout}; another session's token after it: {other}");
        }
    }

    /// <summary>Logs in, and sends the same answer to the challenge once more.</summary>
    private async Task AskAboutChallengeAsync()
    {
        if (await SignAsync().ConfigureAwait(false) is not { } login
            || await ExchangeAsync(login).ConfigureAwait(false) is null
            || await SendAsync(login).ConfigureAwait(false) is not { } second)
        {
            return;
        }

        bool? works = ProbedSession.Read(second) is not null ? true : second.IsNo ? false : null;
        Profile.AllowChallengeReuse = works ?? Profile.AllowChallengeReuse;
        Findings.Set(
            Findings.ChallengeReuse, works switch { true => "no, it gives another session", false => "yes", null => null }, $"the same login twice: {second}");
    }

    private async Task<ProbedSession?> LoginAsync() =>
        await SignAsync().ConfigureAwait(false) is { } login ? await ExchangeAsync(login).ConfigureAwait(false) : null;

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
            Fail("challenge", answer);
            return null;
        }

        byte[] signature;
        try
        {
            signature = await key.SignAsync(challenge, cancellationToken).ConfigureAwait(false);
        }
        catch (ToolException) when (_hasLoggedIn)
        {
            // A device may go meanwhile. What it said names it, and a report is shared.
            wire.Stop("a further login could not be signed");
            return null;
        }

        var request = new TokenRequest(userId, challenge, Convert.ToHexStringLower(signature), key.PublicKeyText, "ed25519");
        return JsonSerializer.SerializeToUtf8Bytes(request, GatewayJson.Default.TokenRequest);
    }

    private async Task<ProbedSession?> ExchangeAsync(byte[] login)
    {
        if (await SendAsync(login).ConfigureAwait(false) is not { } answer)
        {
            return null;
        }

        var session = ProbedSession.Read(answer);
        if (session is null)
        {
            Fail("login", answer);
        }

        _hasLoggedIn |= session is not null;
        return session;
    }

    /// <summary>Without a first login there is nothing to report; after that, what was found out is kept.</summary>
    private void Fail(string what, ProbeAnswer answer)
    {
        if (!_hasLoggedIn)
        {
            throw new ToolException(
                $"The {what} was answered with {answer}, so nothing can be found out; '{SxtTool.Name} login' with the same options says what is wrong.");
        }

        wire.Stop($"a further login was answered {answer}");
    }

    private Task<ProbeAnswer?> SendAsync(byte[] login) =>
        wire.SendAsync(HttpMethod.Post, "v1/auth/token", null, login, cancellationToken);

    private Task<ProbeAnswer?> RefreshAsync(ProbedSession session) =>
        wire.SendAsync(HttpMethod.Post, "v1/auth/refresh", session.RefreshToken, null, cancellationToken);

    private Task<ProbeAnswer?> CheckAsync(string accessToken) =>
        wire.SendAsync(HttpMethod.Get, "v1/auth/validtoken", accessToken, null, cancellationToken);

    private static string? Word(bool? answer) => answer switch { true => "yes", false => "no", null => null };
}
