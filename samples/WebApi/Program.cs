using System.Security.Claims;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using SxtAspNet;
using WebApi;

var builder = WebApplication.CreateBuilder(args);
await using var emulator = await DevelopmentGateway.StartIfUnconfiguredAsync(builder);

// The four lines that make an app a caller of Space and Time.
var sxt = builder.Services.AddSxt(builder.Configuration.GetSection("Sxt"))
    .AddPkcs11(); // For keys in a device; leave it out where there are none.
builder.Services.AddHttpClient<BlocksClient>().AddSxtTokenHandler();
builder.Services.AddHealthChecks().AddSxt();
builder.Services.AddExceptionHandler<SxtExceptionHandler>();

// Callers present their own Space and Time token; Authentication:Schemes:SxtBearer says whose. What is done on their behalf
// is done with that token.
builder.Services.AddAuthentication(SxtBearerDefaults.AuthenticationScheme).AddSxtBearer();
builder.Services.AddAuthorization();
builder.Services.AddHttpClient(MeController.CallerClient).AddSxtCallerTokenHandler();
builder.Services.AddControllers();
builder.Services.AddOpenApi(openApi => openApi.AddDocumentTransformer<BearerSecurity>().AddOperationTransformer<BearerSecurity>());

// With a connection string "redis", all instances share one session.
if (builder.Configuration.GetConnectionString("redis") is not null)
{
    sxt.AddRedis(redis =>
    {
        redis.ConnectionStringName = "redis";
        builder.Configuration.GetSection("SxtRedis").Bind(redis);
    });
}

// Metrics for Prometheus at /metrics; with OTEL_EXPORTER_OTLP_ENDPOINT, metrics and traces go to a collector too.
var telemetry = builder.Services.AddOpenTelemetry()
    .WithMetrics(metrics => metrics.AddMeter(SxtDiagnostics.MeterName).AddPrometheusExporter())
    .WithTracing(traces => traces.AddSource(SxtDiagnostics.ActivitySourceName).AddSource("Microsoft.AspNetCore"));
if (builder.Configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is not null)
{
    telemetry.UseOtlpExporter();
}

// For whoever starts it as a process of a farm.
if (builder.Configuration.GetValue<bool>("ExitWithParent"))
{
    builder.Services.AddHostedService<ParentWatch>();
}

builder.Services.AddProblemDetails();
builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.Converters.Add(new JsonStringEnumConverter()));

var app = builder.Build();
app.UseExceptionHandler();
app.UseDefaultFiles();
app.UseStaticFiles();
app.UseAuthentication();
app.UseAuthorization();

app.MapGet("/blocks", (BlocksClient blocks, CancellationToken cancellationToken) => blocks.GetLatestAsync(cancellationToken));
app.MapGet("/session", (ISxtSession session) => session.Status);
app.MapGet("/me", [Authorize] (ClaimsPrincipal user) => user.Claims.Select(claim => new { claim.Type, claim.Value }));
app.MapLogout();
app.MapControllers();
app.MapOpenApi();
app.MapPrometheusScrapingEndpoint();
app.MapHealthChecks("/health", new HealthCheckOptions { ResponseWriter = HealthReportWriter.WriteAsync });
if (emulator is not null)
{
    app.MapCallerToken(emulator);
}

await app.RunAsync();
