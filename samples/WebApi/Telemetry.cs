using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace WebApi;

/// <summary>OpenTelemetry, exported over OTLP to where the environment says (OTEL_EXPORTER_OTLP_ENDPOINT and its like).</summary>
public static class Telemetry
{
    /// <summary>The meter and the activity source of SxtAspNet have this name.</summary>
    private const string Sxt = "SxtAspNet";

    public static void AddTelemetry(this WebApplicationBuilder builder)
    {
        builder.Logging.AddOpenTelemetry(log => log.IncludeScopes = log.IncludeFormattedMessage = true);
        builder.Services.AddOpenTelemetry()
            .WithMetrics(metrics => metrics.AddMeter(Sxt).AddAspNetCoreInstrumentation().AddHttpClientInstrumentation())
            .WithTracing(traces => traces.AddSource(Sxt).AddAspNetCoreInstrumentation().AddHttpClientInstrumentation())
            .UseOtlpExporter();
    }
}
