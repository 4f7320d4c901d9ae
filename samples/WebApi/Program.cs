using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using SxtAspNet;
using WebApi;

var builder = WebApplication.CreateBuilder(args);
await using var emulator = await DevelopmentGateway.StartIfUnconfiguredAsync(builder);

// What makes an app a caller of Space and Time.
var sxt = builder.Services.AddSxt(builder.Configuration.GetSection("Sxt"))
    .AddPkcs11(); // For keys in a device; leave it out where there are none.
builder.Services.AddHttpClient<BlocksClient>().AddSxtTokenHandler();
builder.Services.AddHealthChecks().AddSxt();
builder.Services.AddSxtExceptionHandler();

// Callers present their own Space and Time token; Authentication:Schemes:SxtBearer says whose. What is done on their behalf
// is done with that token.
builder.Services.AddAuthentication(SxtBearerDefaults.AuthenticationScheme).AddSxtBearer();
builder.Services.AddAuthorization();
builder.Services.AddHttpClient(MeEndpoints.CallerClient).AddSxtCallerTokenHandler();
builder.Services.ConfigureHttpJsonOptions(json => json.SerializerOptions.TypeInfoResolverChain.Insert(0, WebApiJson.Default));
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

// Metrics for Prometheus at /metrics. With OTEL_EXPORTER_OTLP_ENDPOINT, as Aspire sets it, traces, metrics and logs go to a collector too.
builder.AddTelemetry();

// For whoever starts it as a process of a farm.
if (builder.Configuration.GetValue<bool>("ExitWithParent"))
{
    builder.Services.AddHostedService<ParentWatch>();
}

builder.Services.AddProblemDetails();

var app = builder.Build();
app.UseExceptionHandler();
app.UseDefaultFiles();
app.UseStaticFiles();
app.UseAuthentication();
app.UseAuthorization();

app.MapGet("/blocks", (BlocksClient blocks, CancellationToken cancellationToken) => blocks.GetLatestAsync(cancellationToken));
app.MapGet("/session", (ISxtSession session) => session.Status);
app.MapMe();
app.MapLogout();
app.MapOpenApi();
app.MapPrometheusScrapingEndpoint();

// The session is in the report, but in no probe: all instances share it, so an outage of the gateway would take all of them away.
app.MapHealthChecks("/health", new HealthCheckOptions { ResponseWriter = SxtHealthReportWriter.WriteAsync });
app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false });
app.MapHealthChecks("/health/ready", new HealthCheckOptions { Predicate = check => check.Tags.Contains("ready") });
if (emulator is not null)
{
    app.MapCallerToken(emulator);
}

await app.RunAsync();
