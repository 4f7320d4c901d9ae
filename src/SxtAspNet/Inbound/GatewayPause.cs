namespace SxtAspNet.Inbound;

/// <summary>
/// The time for which the gateway asked to be left alone. It may be long, and may turn out shorter than the gateway said;
/// callers whose tokens are unknown are locked out meanwhile. So one of them asks now and then, and the first answer ends
/// the pause for all.
/// </summary>
internal sealed class GatewayPause(TimeProvider timeProvider)
{
    /// <summary>How long it is from one question to the next.</summary>
    private static readonly TimeSpan BetweenQuestions = TimeSpan.FromSeconds(5);

    /// <summary>The longest wish that is heeded.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private long _startedAt;
    private long _endsAt = timeProvider.GetTimestamp();
    private long _nextQuestion = timeProvider.GetTimestamp();
    private TimeSpan _precedence;

    /// <summary>
    /// How long the gateway is not to be asked yet; zero: it may be. Addresses whose tokens were refused lately wait a little
    /// longer, so that others are the first ones.
    /// </summary>
    public TimeSpan Remaining(bool isInGoodStanding)
    {
        lock (_gate)
        {
            var remaining = timeProvider.Until(Math.Min(_nextQuestion, _endsAt)) + (isInGoodStanding ? TimeSpan.Zero : _precedence);
            return remaining < TimeSpan.Zero ? TimeSpan.Zero : remaining;
        }
    }

    /// <summary>The gateway is asked now; during a pause, not again for a while.</summary>
    public void NoteQuestion()
    {
        lock (_gate)
        {
            _nextQuestion = timeProvider.After(BetweenQuestions);
        }
    }

    /// <summary>The gateway wants to be left alone.</summary>
    /// <returns>When it is worth coming back.</returns>
    public TimeSpan Start(TimeSpan wanted)
    {
        var heeded = wanted < Longest ? wanted : Longest;
        lock (_gate)
        {
            _precedence = heeded < BetweenQuestions ? heeded : BetweenQuestions;
            _startedAt = timeProvider.GetTimestamp();
            _endsAt = timeProvider.After(heeded);
            _nextQuestion = timeProvider.After(_precedence);
            return _precedence;
        }
    }

    /// <summary>The gateway has answered a question. One from before the pause says nothing about it.</summary>
    public void End(long askedAt)
    {
        lock (_gate)
        {
            if (askedAt > _startedAt)
            {
                (_endsAt, _precedence) = (askedAt, TimeSpan.Zero);
            }
        }
    }
}
