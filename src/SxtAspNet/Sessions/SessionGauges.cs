using SxtAspNet.Diagnostics;

namespace SxtAspNet.Sessions;

/// <summary>The session in numbers and words, for a scrape: read from memory, calling nobody.</summary>
internal sealed class SessionGauges(
    SessionContext context, SessionManager sessions, CurrentSession current, SessionStore store, LoginProcedure login)
{
    public SessionReading Read()
    {
        var status = sessions.Status;
        var snapshot = current.Snapshot;
        var session = snapshot.Session is { IsTombstone: false } ? snapshot.Session : null;
        var isWanted = session is not null || status.Failures > 0;
        return new(
            status.State,
            store.IsShared && session is not null ? status.Mode : null,
            isWanted ? Seconds(context.Time.Until(current.UnusableFrom())) : null,
            session is null ? null : Seconds(context.Time.Until(current.ToTimestamp(snapshot, session.EndsAt))),
            session is null ? null : Seconds(current.Now(snapshot) - session.GrantedAt),
            session is { IsGrantedHere: true } ? login.KeyPosition : null,
            status.GatewayClockOffset?.TotalSeconds);
    }

    private static double Seconds(TimeSpan time) => time > TimeSpan.Zero ? time.TotalSeconds : 0;
}
