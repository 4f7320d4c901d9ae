namespace SxtAspNet;

/// <summary>The names under which SxtAspNet reports to OpenTelemetry and other listeners.</summary>
public static class SxtDiagnostics
{
    /// <summary>Name of the meter, for <c>AddMeter</c>. Its instruments are listed in docs/operations.md.</summary>
    public const string MeterName = "SxtAspNet";

    /// <summary>Name of the activity source, for <c>AddSource</c>: each renewal of a session is a trace of its own.</summary>
    public const string ActivitySourceName = "SxtAspNet";
}
