using System.Globalization;
using System.Net.Mime;
using SxtAspNet.Testing.Core;

namespace SxtAspNet.Testing;

/// <summary>
/// Something that goes wrong with calls to the gateway. Give it to <see cref="SxtGatewayEmulator.InjectFault"/>. A call
/// meets the first injected fault that fits it and is not used up; that fault alone.
/// </summary>
/// <remarks>
/// Every method that makes a fault takes the number of calls to hit, <see langword="null"/> meaning "until cleared",
/// and the kind of call to hit, <see langword="null"/> meaning all. A number below 1 is an <see cref="ArgumentOutOfRangeException"/>.
/// </remarks>
public sealed class SxtGatewayFault
{
    private readonly GatewayReply? _reply;
    private readonly bool _afterWork;
    private int _remaining;
    private int _hits;

    private SxtGatewayFault(int? times, SxtGatewayCallKind? kind, GatewayReply? reply = null, bool afterWork = false)
    {
        if (times is { } count)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count, nameof(times));
        }

        if (reply is not null)
        {
            // Informational answers are the server's own affair, on any wire.
            ArgumentOutOfRangeException.ThrowIfLessThan(reply.Status, 200, "statusCode");
            ArgumentOutOfRangeException.ThrowIfGreaterThan(reply.Status, 599, "statusCode");
        }

        Kind = kind;
        _remaining = times ?? -1;
        _reply = reply;
        _afterWork = afterWork;
    }

    /// <summary>The kind of call that the fault hits; <see langword="null"/>: all.</summary>
    public SxtGatewayCallKind? Kind { get; }

    /// <summary>How many more calls the fault hits; <see langword="null"/>: all until it is cleared.</summary>
    public int? Remaining => Volatile.Read(ref _remaining) is var remaining && remaining < 0 ? null : remaining;

    /// <summary>How many calls the fault has hit.</summary>
    public int Hits => Volatile.Read(ref _hits);

    internal TimeSpan DelayBefore { get; private init; }

    internal TimeSpan DelayAfter { get; private init; }

    internal bool DropsBefore { get; private init; }

    internal bool DropsAfter { get; private init; }

    internal bool Truncates { get; private init; }

    internal bool ResetsBefore { get; private init; }

    internal AnswerEnding Ending { get; private init; }

    internal TimeSpan Pause { get; private init; }

    internal bool SilencesConnections { get; private init; }

    /// <summary>An error answer with a JSON problem as its body, in place of the gateway's work.</summary>
    /// <param name="statusCode">The HTTP status code, 200 to 599, such as 503.</param>
    /// <param name="times">How many calls to hit; <see langword="null"/>: until cleared.</param>
    /// <param name="kind">The kind of call to hit; <see langword="null"/>: all.</param>
    /// <param name="retryAfter">The <c>Retry-After</c> header, sent in whole seconds (rounded up).</param>
    /// <param name="afterWork">
    /// Whether the gateway does its work before (so a refresh token is spent) and only its answer is replaced, as by a
    /// proxy that timed out.
    /// </param>
    /// <returns>A fault to inject.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The status code is not from 200 to 599.</exception>
    public static SxtGatewayFault Status(
        int statusCode,
        int? times = null,
        SxtGatewayCallKind? kind = null,
        TimeSpan? retryAfter = null,
        bool afterWork = false)
    {
        GatewayReply reply =
            GatewayReply.Problem(statusCode, "Injected fault", "The emulator was told to fail this call.");
        if (retryAfter is { } wait)
        {
            string seconds = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
            reply = reply with { Headers = [new("Retry-After", seconds)] };
        }

        return new(times, kind, reply, afterWork);
    }

    /// <summary>Any answer, in place of the gateway's own.</summary>
    /// <param name="statusCode">The HTTP status code, 200 to 599.</param>
    /// <param name="body">The body, sent as UTF-8.</param>
    /// <param name="contentType">The <c>Content-Type</c>.</param>
    /// <param name="headers">Further headers.</param>
    /// <param name="times">How many calls to hit; <see langword="null"/>: until cleared.</param>
    /// <param name="kind">The kind of call to hit; <see langword="null"/>: all.</param>
    /// <param name="afterWork">Whether the gateway does its work before, and only its answer is replaced.</param>
    /// <returns>A fault to inject.</returns>
    /// <exception cref="ArgumentException">The content type is empty.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The status code is not from 200 to 599.</exception>
    public static SxtGatewayFault Answer(
        int statusCode,
        string body,
        string contentType = MediaTypeNames.Application.Json,
        IEnumerable<KeyValuePair<string, string>>? headers = null,
        int? times = null,
        SxtGatewayCallKind? kind = null,
        bool afterWork = false)
    {
        ArgumentNullException.ThrowIfNull(body);
        ArgumentException.ThrowIfNullOrEmpty(contentType);
        GatewayReply reply = GatewayReply.Text(statusCode, body, contentType) with { Headers = [.. headers ?? []] };
        return new(times, kind, reply, afterWork);
    }

    /// <summary>A redirect, in place of the gateway's work.</summary>
    /// <param name="location">The <c>Location</c> header.</param>
    /// <param name="statusCode">The HTTP status code, 200 to 599; 307 keeps the method and the body.</param>
    /// <param name="times">How many calls to hit; <see langword="null"/>: until cleared.</param>
    /// <param name="kind">The kind of call to hit; <see langword="null"/>: all.</param>
    /// <returns>A fault to inject.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The status code is not from 200 to 599.</exception>
    public static SxtGatewayFault Redirect(
        Uri location,
        int statusCode = 307,
        int? times = null,
        SxtGatewayCallKind? kind = null)
    {
        ArgumentNullException.ThrowIfNull(location);
        string target = location.IsAbsoluteUri ? location.AbsoluteUri : location.OriginalString;
        GatewayReply reply = GatewayReply.Text(statusCode, "", MediaTypeNames.Text.Plain);
        return new(times, kind, reply with { Headers = [new("Location", target)] });
    }

    /// <summary>
    /// A delay before the gateway does its work: a caller that gives up meanwhile has changed nothing.
    /// </summary>
    /// <param name="delay">
    /// How long, on the emulator's <see cref="TimeProvider"/>; <see cref="Timeout.InfiniteTimeSpan"/>: for ever.
    /// </param>
    /// <param name="times">How many calls to hit; <see langword="null"/>: until cleared.</param>
    /// <param name="kind">The kind of call to hit; <see langword="null"/>: all.</param>
    /// <returns>A fault to inject.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The delay is negative, but for <see cref="Timeout.InfiniteTimeSpan"/>.</exception>
    public static SxtGatewayFault Delay(TimeSpan delay, int? times = null, SxtGatewayCallKind? kind = null) =>
        new(times, kind) { DelayBefore = Checked(delay) };

    /// <summary>
    /// A delay after the gateway did its work: a caller that gives up meanwhile has, say, spent its refresh token.
    /// </summary>
    /// <param name="delay">
    /// How long, on the emulator's <see cref="TimeProvider"/>; <see cref="Timeout.InfiniteTimeSpan"/>: for ever.
    /// </param>
    /// <param name="times">How many calls to hit; <see langword="null"/>: until cleared.</param>
    /// <param name="kind">The kind of call to hit; <see langword="null"/>: all.</param>
    /// <returns>A fault to inject.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The delay is negative, but for <see cref="Timeout.InfiniteTimeSpan"/>.</exception>
    public static SxtGatewayFault DelayAnswer(TimeSpan delay, int? times = null, SxtGatewayCallKind? kind = null) =>
        new(times, kind) { DelayAfter = Checked(delay) };

    /// <summary>A connection that drops once the request was read and before the gateway does its work.</summary>
    /// <param name="times">How many calls to hit; <see langword="null"/>: until cleared.</param>
    /// <param name="kind">The kind of call to hit; <see langword="null"/>: all.</param>
    /// <remarks>
    /// Over HTTP, <see cref="SocketsHttpHandler"/> silently sends a request without content again, a POST too, when its
    /// connection ends before any answer; so a caller of such a request never hears of a single drop.
    /// </remarks>
    /// <returns>A fault to inject.</returns>
    public static SxtGatewayFault DropBefore(int? times = null, SxtGatewayCallKind? kind = null) =>
        new(times, kind) { DropsBefore = true };

    /// <summary>A connection that drops after the gateway did its work: the answer is lost, the work stands.</summary>
    /// <param name="times">How many calls to hit; <see langword="null"/>: until cleared.</param>
    /// <param name="kind">The kind of call to hit; <see langword="null"/>: all.</param>
    /// <remarks><inheritdoc cref="DropBefore" path="/remarks"/></remarks>
    /// <returns>A fault to inject.</returns>
    public static SxtGatewayFault DropAfter(int? times = null, SxtGatewayCallKind? kind = null) =>
        new(times, kind) { DropsAfter = true };

    /// <summary>
    /// An answer, after the gateway did its work, whose body is cut in half: a complete HTTP message with broken JSON.
    /// </summary>
    /// <param name="times">How many calls to hit; <see langword="null"/>: until cleared.</param>
    /// <param name="kind">The kind of call to hit; <see langword="null"/>: all.</param>
    /// <returns>A fault to inject.</returns>
    public static SxtGatewayFault TruncateBody(int? times = null, SxtGatewayCallKind? kind = null) =>
        new(times, kind) { Truncates = true };

    /// <summary>
    /// A connection that is accepted and then silent, before TLS too, as behind a server that hangs. It hits connections
    /// instead of calls: those that are open already go on. In memory, each call is a connection of its own.
    /// </summary>
    /// <param name="times">How many connections to hit; <see langword="null"/>: until cleared.</param>
    /// <returns>A fault to inject.</returns>
    public static SxtGatewayFault Silence(int? times = null) => new(times, kind: null) { SilencesConnections = true };

    /// <summary>
    /// A connection that ends in the middle of the answer's headers, after the gateway did its work. In memory: before them.
    /// </summary>
    /// <param name="times">How many calls to hit; <see langword="null"/>: until cleared.</param>
    /// <param name="kind">The kind of call to hit; <see langword="null"/>: all.</param>
    /// <returns>A fault to inject.</returns>
    public static SxtGatewayFault DropInHeaders(int? times = null, SxtGatewayCallKind? kind = null) =>
        new(times, kind) { Ending = AnswerEnding.InHeaders };

    /// <summary>A connection that ends in the middle of the answer's body, after the gateway did its work.</summary>
    /// <param name="times">How many calls to hit; <see langword="null"/>: until cleared.</param>
    /// <param name="kind">The kind of call to hit; <see langword="null"/>: all.</param>
    /// <returns>A fault to inject.</returns>
    public static SxtGatewayFault DropInBody(int? times = null, SxtGatewayCallKind? kind = null) =>
        new(times, kind) { Ending = AnswerEnding.InBody };

    /// <summary>A connection that is reset (RST) once the request was read and before the gateway does its work.</summary>
    /// <param name="times">How many calls to hit; <see langword="null"/>: until cleared.</param>
    /// <param name="kind">The kind of call to hit; <see langword="null"/>: all.</param>
    /// <returns>A fault to inject.</returns>
    public static SxtGatewayFault ResetBefore(int? times = null, SxtGatewayCallKind? kind = null) =>
        new(times, kind) { ResetsBefore = true };

    /// <summary>A connection that is reset (RST) after the gateway did its work: the answer is lost, the work stands.</summary>
    /// <param name="times">How many calls to hit; <see langword="null"/>: until cleared.</param>
    /// <param name="kind">The kind of call to hit; <see langword="null"/>: all.</param>
    /// <returns>A fault to inject.</returns>
    public static SxtGatewayFault ResetAfter(int? times = null, SxtGatewayCallKind? kind = null) =>
        new(times, kind) { Ending = AnswerEnding.Reset };

    /// <summary>An answer, after the gateway did its work, whose body trickles: byte by byte, with pauses.</summary>
    /// <param name="pause">The pause before each byte, on the emulator's <see cref="TimeProvider"/>.</param>
    /// <param name="times">How many calls to hit; <see langword="null"/>: until cleared.</param>
    /// <param name="kind">The kind of call to hit; <see langword="null"/>: all.</param>
    /// <returns>A fault to inject.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The pause is negative, but for <see cref="Timeout.InfiniteTimeSpan"/>.</exception>
    public static SxtGatewayFault Trickle(TimeSpan pause, int? times = null, SxtGatewayCallKind? kind = null) =>
        new(times, kind) { Pause = Checked(pause) };

    /// <summary>Takes one of the remaining hits, if the call is of the fault's kind.</summary>
    internal bool TryHit(SxtGatewayCallKind kind) => !SilencesConnections && (Kind ?? kind) == kind && TryTake();

    /// <summary>Takes one of the remaining hits, if the fault is one of connections.</summary>
    internal bool TryHitConnection() => SilencesConnections && TryTake();

    private bool TryTake()
    {
        // The same fault may have been given to more than one emulator, so their locks do not protect it.
        int remaining;
        do
        {
            remaining = Volatile.Read(ref _remaining);
            if (remaining == 0)
            {
                return false;
            }
        }
        while (remaining > 0 && Interlocked.CompareExchange(ref _remaining, remaining - 1, remaining) != remaining);

        Interlocked.Increment(ref _hits);
        return true;
    }

    /// <summary>The gateway's answer to a call that this fault hit, of which the work is done only if need be.</summary>
    internal GatewayReply? Reply(Func<GatewayReply?> work)
    {
        if (_reply is not null && !_afterWork)
        {
            return _reply;
        }

        GatewayReply? own = work();
        if (own is null)
        {
            return null;
        }

        return _reply ?? (own with
        {
            Body = Truncates ? own.Body[..(own.Body.Length / 2)] : own.Body,
            Ending = Ending,
            Pause = Pause,
        });
    }

    private static TimeSpan Checked(TimeSpan delay)
    {
        if (delay != Timeout.InfiniteTimeSpan)
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(delay, TimeSpan.Zero);
        }

        return delay;
    }
}
