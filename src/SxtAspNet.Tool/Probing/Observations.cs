using System.Globalization;
using SxtAspNet.Testing;

namespace SxtAspNet.Tool.Probing;

/// <summary>What can be read off answers that were asked for something else.</summary>
internal static class Observations
{
    private static readonly SxtGatewayEmulatorOptions Documented = new();

    private static readonly HashSet<string> KnownMembers = new(StringComparer.Ordinal)
    {
        "authCode",
        "accessToken", "refreshToken", "accessTokenExpires", "refreshTokenExpires", "sessionExpires",
        "userId", "subscriptionId", "restricted", "quotaExceeded", "trial",
    };

    public static void OfLifetimes(ProbedSession session, Findings findings, SxtGatewayEmulatorOptions profile)
    {
        profile.AccessTokenLifetime = Set(Findings.AccessTokenLifetime, session.AccessTokenExpires, Documented.AccessTokenLifetime);
        profile.RefreshTokenLifetime = Set(Findings.RefreshTokenLifetime, session.RefreshTokenExpires, Documented.RefreshTokenLifetime);
        profile.SessionLifetime = Set(Findings.SessionLifetime, session.End, Documented.SessionLifetime);
        profile.SendSessionExpires = session.SentEnd is not null;
        findings.Set(Findings.SessionEndTold, session.SentEnd is null ? "no" : "yes", $"login: {session.Answer}");

        TimeSpan Set(string id, DateTimeOffset? end, TimeSpan documented)
        {
            if (session.Until(end) is not { } found || found <= TimeSpan.Zero)
            {
                return documented;
            }

            // The issue may be told by a Date, which is of the answer.
            var isDocumented = (found - documented).Duration() <= TimeSpan.FromSeconds(2);
            findings.Set(
                id,
                isDocumented ? $"{documented:c}, as documented" : $"{found:c} instead of the documented {documented:c}",
                "as the answer to the login says; not waited for",
                Certainty.Likely);
            return isDocumented ? documented : found;
        }
    }

    public static void Of(ProbeWire wire, Findings findings, SxtGatewayEmulatorOptions profile)
    {
        if (wire.Answers.Count == 0)
        {
            return;
        }

        var dated = wire.Answers.Where(answer => answer.Date is not null).ToArray();
        profile.SendDate = dated.Length > 0;
        findings.Set(Findings.Date, dated.Length == wire.Answers.Count ? "yes" : dated.Length == 0 ? "no" : "some do", $"{dated.Length} of {wire.Answers.Count} answers");
        if (dated.Length > 0)
        {
            OfClock(dated, findings, profile);
        }

        string[] unknown = [.. wire.Answers.Where(answer => answer.IsSuccess).SelectMany(answer => answer.Members.Keys)
            .Distinct(StringComparer.Ordinal).Where(name => !KnownMembers.Contains(name)).Select(ProbeAnswer.Printable)
            .Distinct(StringComparer.Ordinal)];
        profile.AdditionalMembers = unknown;
        findings.Set(
            Findings.UnknownMembers, unknown.Length == 0 ? "none" : string.Join(", ", unknown), "names of all members of successful answers");
        if (wire.TooMany is { } tooMany)
        {
            findings.Set(Findings.TooManyRequests, $"{tooMany}, {RetryAfter(tooMany)}", $"call {wire.Calls} of the probe");
        }
    }

    private static string RetryAfter(ProbeAnswer tooMany) => tooMany.RetryAfter switch
    {
        { Delta: { } wait } => string.Create(CultureInfo.InvariantCulture, $"Retry-After: {wait.TotalSeconds:0} s"),
        { Date: { } until } => string.Create(
            CultureInfo.InvariantCulture, $"Retry-After: a date, {(until - (tooMany.Date ?? tooMany.ReceivedAt)).TotalSeconds:0} s ahead"),
        _ => "without a usable Retry-After",
    };

    /// <summary>
    /// A Date is cut to seconds: the gateway's clock was between it and a second later, at some time between the request and
    /// the answer. All answers together leave a narrow range.
    /// </summary>
    private static void OfClock(ProbeAnswer[] dated, Findings findings, SxtGatewayEmulatorOptions profile)
    {
        var least = dated.Max(answer => answer.Date!.Value - answer.ReceivedAt);
        var most = dated.Min(answer => answer.Date!.Value.AddSeconds(1) - answer.SentAt);
        var range = string.Create(
            CultureInfo.InvariantCulture, $"between {least.TotalSeconds:0.0} s and {most.TotalSeconds:0.0} s, from the Date of {dated.Length} answers");
        if (least > most)
        {
            findings.Set(Findings.Clock, "not found out: its Dates contradict each other", range, Certainty.Unknown);
            return;
        }

        var offset = (least + most) / 2;
        var isRight = least <= TimeSpan.Zero && most >= TimeSpan.Zero;
        profile.ClockOffset = isRight ? TimeSpan.Zero : TimeSpan.FromSeconds(Math.Round(offset.TotalSeconds));
        findings.Set(
            Findings.Clock,
            isRight ? "not at all, within a second" : string.Create(
                CultureInfo.InvariantCulture, $"about {Math.Abs(offset.TotalSeconds):0} s {(offset > TimeSpan.Zero ? "ahead" : "behind")}"),
            range);
    }
}
