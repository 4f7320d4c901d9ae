using System.Diagnostics;

namespace SxtAspNet.Diagnostics;

/// <summary>
/// Traces. A renewal is a trace of its own, with a span per step; it is linked with the requests that wait for it, and a
/// request's own span says what became of it. Nothing is made while nobody listens, and no span ever holds a secret.
/// </summary>
internal static class SxtTraces
{
    /// <summary>A renewal may have thousands of requests wait; their spans name it all the same.</summary>
    private const int MostLinks = 32;

    private static readonly ActivitySource Source = new(SxtDiagnostics.ActivitySourceName);

    /// <summary>Starts a trace that is nobody's child, and leaves the caller in its own.</summary>
    public static Activity? StartRoot(string name, string identity, string cause)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        var callers = Activity.Current;
        Activity.Current = null;
        try
        {
            return Start(name, [new(Words.Identity, Words.NameOf(identity)), new(Words.Cause, cause)]);
        }
        finally
        {
            Activity.Current = callers;
        }
    }

    /// <summary>Starts a step of the renewal under way. Outside one, for example at a poll, there is none to belong to.</summary>
    public static TraceStep StartStep(string name) =>
        new(Source.HasListeners() && Activity.Current?.Source == Source ? Start(name, tags: null) : null);

    /// <summary>Ends a trace or a step of one.</summary>
    public static void End(this Activity? trace)
    {
        try
        {
            trace?.Dispose();
        }
        catch (Exception)
        {
            // A listener throws, and .NET has left the ended activity in its place.
            Activity.Current = trace?.Parent;
        }
    }

    public static void Fail(this Activity? step, string reason) => step?.SetStatus(ActivityStatusCode.Error, reason);

    /// <summary>Has what follows in an async method belong to a trace.</summary>
    public static void Enter(this Activity? trace)
    {
        if (trace is not null)
        {
            Activity.Current = trace;
        }
    }

    /// <summary>Runs a step of the renewal under way.</summary>
    public static async Task<T> StepAsync<T>(string name, Func<Task<T>> work)
    {
        using var step = StartStep(name);
        try
        {
            return await work().ConfigureAwait(false);
        }
        catch (SxtAuthenticationException failure)
        {
            step.Fail(failure.Reason.ToString());
            throw;
        }
    }

    /// <summary>The present request waits for what the trace is about: each names the other.</summary>
    public static void LinkRequest(this Activity? trace)
    {
        if (trace is null || Activity.Current is not { } request || request == trace)
        {
            return;
        }

        if (trace.Links.Take(MostLinks).Count() < MostLinks)
        {
            trace.AddLink(new ActivityLink(request.Context));
        }

        request.AddLink(new ActivityLink(trace.Context));
    }

    /// <summary>The present request has waited for a token.</summary>
    /// <param name="time">How long.</param>
    /// <param name="error">Why it has none.</param>
    public static void RequestWaited(TimeSpan time, string? error)
    {
        if (Request is { } request)
        {
            var tags = new ActivityTagsCollection { ["sxt.wait"] = time.TotalSeconds };
            if (error is not null)
            {
                tags[Words.ErrorType] = error;
            }

            request.AddEvent(new(error is null ? "sxt.request.waited" : "sxt.request.refused", tags: tags));
        }
    }

    public static void RequestReplayed() => Request?.AddEvent(new("sxt.request.replayed"));

    public static void RequestNotReplayable() => Request?.AddEvent(new("sxt.request.not_replayable"));

    public static void RequestUnauthorized(string cause) => Request?.AddEvent(new("sxt.request.unauthorized", tags: new() { [Words.Cause] = cause }));

    /// <summary>A caller's token was not accepted.</summary>
    public static void CallerRefused(string reason) => Request?.AddEvent(new("sxt.caller.refused", tags: new() { [Words.ErrorType] = reason }));

    private static Activity? Start(string name, KeyValuePair<string, object?>[]? tags)
    {
        var present = Activity.Current;
        try
        {
            return Source.StartActivity(ActivityKind.Internal, tags: tags, name: name);
        }
        catch (Exception)
        {
            // A listener throws. That must cost no session.
            Activity.Current = present;
            return null;
        }
    }

    private static Activity? Request => Activity.Current is { IsAllDataRequested: true } request ? request : null;
}
