using SxtAspNet.Testing.Core;

namespace SxtAspNet.Testing;

/// <summary>
/// How the emulated gateway behaves. The defaults are what Space and Time documents and, where it documents nothing,
/// the strictest of the possibilities. Every setting may be changed while the gateway runs: it holds for the calls that
/// come after, and lifetimes hold for what is issued after.
/// </summary>
public sealed class SxtGatewayEmulatorOptions
{
    /// <summary>How long a challenge can be answered. 30 seconds (documented).</summary>
    public TimeSpan ChallengeLifetime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long an access token works; it stops earlier when its session ends. 25 minutes (documented).
    /// </summary>
    public TimeSpan AccessTokenLifetime { get; set; } = TimeSpan.FromMinutes(25);

    /// <summary>
    /// How long a refresh token works; it stops earlier when its session ends. 30 minutes (documented).
    /// </summary>
    public TimeSpan RefreshTokenLifetime { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>How long a session lasts from its login, refreshed or not. 24 hours (documented).</summary>
    public TimeSpan SessionLifetime { get; set; } = TimeSpan.FromHours(24);

    /// <summary>
    /// Whether a refresh token works again until it expires. When not (the default; the protocol does not say), its
    /// second use is refused with 401 and ends the session.
    /// </summary>
    public bool AllowRefreshTokenReuse { get; set; }

    /// <summary>Whether the refused second use of a refresh token also ends the session. On by default, as the worst that may happen.</summary>
    public bool ReusedRefreshTokenEndsSession { get; set; } = true;

    /// <summary>
    /// Whether the access tokens issued before a refresh work until they expire. When not (the default; the protocol
    /// does not say), a refresh ends them.
    /// </summary>
    public bool OldAccessTokensSurviveRefresh { get; set; }

    /// <summary>
    /// Whether a login ends the user's other sessions. Off by default: the protocol does not say that it does.
    /// </summary>
    public bool LoginEndsOtherSessions { get; set; }

    /// <summary>Whether a refresh moves the end of its session on by <see cref="SessionLifetime"/>. Off by default (documented).</summary>
    public bool RefreshExtendsSession { get; set; }

    /// <summary>Whether a logout ends all sessions of the user (documented), or only that of its access token.</summary>
    public bool LogoutEndsAllSessions { get; set; } = true;

    /// <summary>Whether a challenge works again until it expires. Off by default (documented: single use).</summary>
    public bool AllowChallengeReuse { get; set; }

    /// <summary>
    /// The status with which <c>/v1/auth/validtoken</c> refuses a token: 401, or 200, which with an empty body is to be read as
    /// not valid.
    /// </summary>
    public int RefusedTokenStatus { get; set; } = 401;

    /// <summary>Whether that refusal has a body, a JSON problem as other calls have it. Off by default: an SDK tells by the empty body.</summary>
    public bool RefusedTokenHasBody { get; set; }

    /// <summary>
    /// Members that the session and <c>/v1/auth/validtoken</c>'s answer have besides the known ones; none by default. A client
    /// ignores what it does not know.
    /// </summary>
    public IReadOnlyList<string> AdditionalMembers { get; set; } = [];

    /// <summary>Whether answers have the <c>Date</c> header. Without it, HTTP has an empty one, since the server insists.</summary>
    public bool SendDate { get; set; } = true;

    /// <summary>
    /// Whether a challenge of <c>/v1/auth/code</c> makes a user that is not there yet, with the key that signs it, as older
    /// SDKs expect. When not (the default), an unknown user is refused. <c>/v1/auth/code-register</c> makes users either way.
    /// </summary>
    public bool RegisterUnknownUsers { get; set; }

    /// <summary>
    /// How far the gateway's clock is ahead of the emulator's <see cref="TimeProvider"/>; negative when it is behind.
    /// The <c>Date</c> header and every instant that the gateway issues or checks are on the gateway's clock.
    /// </summary>
    public TimeSpan ClockOffset { get; set; }

    /// <summary>Whether the answer to a login or refresh has the optional member <c>sessionExpires</c>.</summary>
    public bool SendSessionExpires { get; set; } = true;

    /// <summary>
    /// Answers the SQL calls: returns the JSON of the answer, normally an array of objects, or <see langword="null"/>
    /// for the answer of the built-in table. It is called once the access token has been accepted, on the thread of the
    /// call; what it throws becomes a 500. Without it there is a small table ETHEREUM.BLOCKS.
    /// </summary>
    public Func<SxtSqlRequest, string?>? Sql { get; set; }

    /// <summary>
    /// Answers the calls at paths that the emulator does not know itself, such as those for discovery, subscriptions and
    /// proofs; <see langword="null"/> for 404. It is called as <see cref="Sql"/> is: once the access token has been accepted,
    /// on the thread of the call; what it throws becomes a 500. Without it such calls are answered 404.
    /// </summary>
    public Func<SxtApiRequest, SxtApiAnswer?>? Api { get; set; }

    /// <summary>
    /// How long each call waits, on the emulator's <see cref="TimeProvider"/>, before the gateway does its work.
    /// <see cref="TimeSpan.Zero"/>: calls complete synchronously in memory.
    /// </summary>
    public TimeSpan Latency { get; set; }

    /// <summary>
    /// Reads a profile, as <c>dotnet sxt probe --profile FILE</c> writes it of a real gateway: what is not in it has its default.
    /// </summary>
    /// <param name="path">The file, JSON.</param>
    /// <returns>Options that behave like that gateway.</returns>
    /// <exception cref="InvalidDataException">It is no profile; the message says where.</exception>
    /// <exception cref="IOException">The file can't be read.</exception>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public static SxtGatewayEmulatorOptions Load(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return GatewayProfile.Load(path).ToOptions();
    }

    /// <summary>
    /// Writes a profile that <see cref="Load"/> reads: what is seen from outside, so neither <see cref="Sql"/> nor
    /// <see cref="Api"/>, <see cref="Latency"/> and <see cref="RegisterUnknownUsers"/>.
    /// </summary>
    /// <param name="stream">Where to; it stays open.</param>
    public void Save(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        GatewayProfile.Of(this).Save(stream);
    }
}
