namespace SxtAspNet.Tool.Probing;

/// <summary>How sure an answer is.</summary>
internal enum Certainty
{
    /// <summary>Nothing was observed that answers the question.</summary>
    Unknown,

    /// <summary>What was observed has another explanation, though a less likely one.</summary>
    Likely,

    /// <summary>It was observed.</summary>
    Sure,
}

/// <summary>A question, and what the probe found out about it.</summary>
internal sealed record Finding(string Id, string Question)
{
    public const string NotFoundOut = "not found out";

    public string Answer { get; init; } = NotFoundOut;

    public string Evidence { get; init; } = "";

    public Certainty Certainty { get; init; }
}

/// <summary>All questions, in the order of the report.</summary>
internal sealed class Findings
{
    public const string ChallengeReuse = "challengeReuse";
    public const string GoodToken = "goodToken";
    public const string NonsenseToken = "nonsenseToken";
    public const string DeadToken = "deadToken";
    public const string OldAccessToken = "oldAccessToken";
    public const string RefreshTokenReuse = "refreshTokenReuse";
    public const string ReuseEndsSession = "reuseEndsSession";
    public const string SessionEnd = "sessionEnd";
    public const string SessionEndTold = "sessionEndTold";
    public const string LoginEndsOthers = "loginEndsOthers";
    public const string LogoutEndsAll = "logoutEndsAll";
    public const string AccessTokenLifetime = "accessTokenLifetime";
    public const string RefreshTokenLifetime = "refreshTokenLifetime";
    public const string SessionLifetime = "sessionLifetime";
    public const string Date = "date";
    public const string Clock = "clock";
    public const string UnknownMembers = "unknownMembers";
    public const string TooManyRequests = "tooManyRequests";

    private readonly List<Finding> _all =
    [
        new(RefreshTokenReuse, "May a refresh token be used twice?"),
        new(ReuseEndsSession, "Does the second use of a refresh token end the session?"),
        new(OldAccessToken, "Does an older access token work after a refresh?"),
        new(SessionEnd, "Does the end of a session stay the same through a refresh?"),
        new(LoginEndsOthers, "Does a login end the user's other sessions?"),
        new(LogoutEndsAll, "Does a logout end all sessions of the user?"),
        new(ChallengeReuse, "Is a used challenge refused?"),
        new(GoodToken, "What does validtoken answer to a good token?"),
        new(DeadToken, "What does validtoken answer to a token of an ended session?"),
        new(NonsenseToken, "What does validtoken answer to what is no token?"),
        new(AccessTokenLifetime, "How long does an access token live?"),
        new(RefreshTokenLifetime, "How long does a refresh token live?"),
        new(SessionLifetime, "How long does a session last?"),
        new(SessionEndTold, "Does a session's answer tell its end (sessionExpires)?"),
        new(Date, "Do answers have a Date?"),
        new(Clock, "How far is the gateway's clock off this machine's?"),
        new(UnknownMembers, "Which members do the answers have that we don't know?"),
        new(TooManyRequests, "How does it say that there are too many requests (429)?"),
    ];

    public IReadOnlyList<Finding> All => _all;

    /// <param name="id">The question.</param>
    /// <param name="answer"><see langword="null"/>: it was not found out.</param>
    /// <param name="evidence">What was observed.</param>
    /// <param name="certainty">How sure the answer is.</param>
    public void Set(string id, string? answer, string evidence, Certainty certainty = Certainty.Sure)
    {
        var index = _all.FindIndex(finding => finding.Id == id);
        _all[index] = _all[index] with
        {
            Answer = answer ?? Finding.NotFoundOut,
            Evidence = evidence,
            Certainty = answer is null ? Certainty.Unknown : certainty,
        };
    }
}
