using SxtAspNet.Gateway;

namespace SxtAspNet.Inbound;

/// <summary>
/// What a token's times say, held against what is known of the gateway's clock. That saves questions about tokens that are
/// over. But the clock learns from the answers to such questions only, so once they are old or in doubt, a token that seems
/// to be over is asked about now and then: else a wrong clock could refuse all of them, and nothing would ever set it right.
/// </summary>
internal sealed class TokenTimes(GatewayClock clock, TimeSpan unknownClockSkew, TimeProvider timeProvider)
{
    /// <summary>Once the gateway's time is known, it is to the second.</summary>
    private static readonly TimeSpan KnownClockSkew = TimeSpan.FromSeconds(5);

    /// <summary>How long it is from one question about a token that seems to be over to the next.</summary>
    private static readonly TimeSpan BetweenQuestions = TimeSpan.FromSeconds(30);

    private long _nextQuestion = timeProvider.GetTimestamp();

    private TimeSpan Skew => clock.IsKnown ? KnownClockSkew : unknownClockSkew;

    /// <summary>Whether a token seems to be over.</summary>
    public bool IsOver(TokenClaims claims) => claims.UsableUntil <= clock.Now - Skew;

    /// <summary>Whether the gateway may be asked about a token that seems to be over.</summary>
    public bool MayAskAboutOver()
    {
        var now = timeProvider.GetTimestamp();
        return clock.WantsObservation(now) && now >= Volatile.Read(ref _nextQuestion);
    }

    /// <summary>The gateway is asked about a token that seems to be over.</summary>
    public void NoteQuestionAboutOver() => Volatile.Write(ref _nextQuestion, timeProvider.After(BetweenQuestions));

    /// <summary>Why the gateway is likely to have refused a token: it does not say.</summary>
    public SxtTokenRefusal Explain(TokenClaims refused) =>
        IsOver(refused) ? SxtTokenRefusal.Expired
        : refused.NotBefore > clock.Now + Skew ? SxtTokenRefusal.NotYetValid
        : SxtTokenRefusal.RefusedByGateway;

    /// <summary>The gateway has accepted a token, so it was issued before the answer, and is not over.</summary>
    /// <param name="accepted">The token's claims.</param>
    /// <param name="sentAt">The monotonic timestamp before the question was sent.</param>
    /// <returns>How long it is good, from now on.</returns>
    public TimeSpan Learn(TokenClaims accepted, long sentAt)
    {
        clock.Observe(accepted.IssuedAt, accepted.UsableUntil, sentAt);
        return accepted.UsableUntil - clock.Now;
    }
}
