namespace SxtAspNet.Diagnostics;

/// <summary>A session in numbers and words, at the moment of a scrape. What is <see langword="null"/> is not reported.</summary>
/// <param name="State">What it can do for a request.</param>
/// <param name="Mode">Whose it is; <see langword="null"/> where sessions are not shared, or before the first.</param>
/// <param name="TimeToUnusable">Seconds until requests fail, if nothing is renewed; <see langword="null"/> when none is wanted.</param>
/// <param name="TimeToEnd">Seconds until the session's end.</param>
/// <param name="Age">Seconds since its token was granted.</param>
/// <param name="Key">Position of the key that it was logged in with, where that was done here.</param>
/// <param name="ClockOffset">Seconds that the gateway's clock is ahead.</param>
internal readonly record struct SessionReading(
    SxtSessionState State, SxtSessionMode? Mode, double? TimeToUnusable, double? TimeToEnd, double? Age, int? Key, double? ClockOffset);
