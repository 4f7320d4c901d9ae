using System.Diagnostics;

namespace SxtAspNet.Diagnostics;

/// <summary>A step of a renewal in its trace; nothing while nobody listens.</summary>
internal readonly struct TraceStep(Activity? activity) : IDisposable
{
    public void Fail(string reason) => activity.Fail(reason);

    public void Dispose() => activity.End();
}
