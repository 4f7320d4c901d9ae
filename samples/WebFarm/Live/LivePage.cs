using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using WebFarm.Traffic;

namespace WebFarm.Live;

/// <summary>Runs the farm under a page that shows it live and has buttons for everything that can be done to it.</summary>
public sealed class LivePage(CommandLine options, TextWriter output)
{
    /// <summary>A page of another site can't send this header without being allowed to, so it can't press a button.</summary>
    private const string OwnHeader = "X-WebFarm";

    /// <summary>Runs until it is cancelled. No process is left then.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        output.WriteLine("Starting the gateway, the cache and the instances …");
        await using var farm = await Farm.StartAsync(options.Farm, cancellationToken);
        await farm.StartInstancesAsync("Background", cancellationToken);
        var traffic = new TrafficGenerator(farm, options.Farm.Rate);
        var sessions = new SessionPoll(farm);
        await using var app = Build(farm, traffic, sessions);
        await app.StartAsync(cancellationToken);
        output.WriteLine($"The farm is at {app.Urls.Single()} (Ctrl+C ends it).");
        await Task.WhenAll(traffic.RunAsync(cancellationToken), sessions.RunAsync(cancellationToken));
    }

    private WebApplication Build(Farm farm, TrafficGenerator traffic, SessionPoll sessions)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelCore().UseUrls($"http://127.0.0.1:{options.Port}");
        builder.Logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Warning);
        builder.Services.AddRoutingCore();
        builder.Services.ConfigureHttpJsonOptions(json =>
            json.SerializerOptions.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase)));

        var app = builder.Build();
        app.Use(RefuseForeignHosts);
        app.UseDefaultFiles();
        app.UseStaticFiles();
        app.UseRouting();
        app.MapGet("/api/farm", () => FarmView.Of(farm, traffic, sessions));
        MapButtons(app.MapGroup("/api").AddEndpointFilter(OnlyOwnPage), farm);
        return app;
    }

    private static void MapButtons(RouteGroupBuilder buttons, Farm farm)
    {
        buttons.MapPost("/instances", () => farm.AddInstanceAsync(CancellationToken.None));
        buttons.MapPost("/instances/{number:int}/kill", (int number) => OnInstance(number, farm.KillAsync));
        buttons.MapPost("/instances/{number:int}/start", (int number) => OnInstance(number, instance => farm.RestartAsync(instance, CancellationToken.None)));
        buttons.MapPost("/instances/{number:int}/pause", (int number) => OnInstance(number, farm.PauseAsync));
        buttons.MapPost("/instances/{number:int}/resume", (int number) => OnInstance(number, farm.ResumeAsync));
        buttons.MapPost("/cache/stop", farm.Cache.StopAsync);
        buttons.MapPost("/cache/start", () => farm.Cache.StartAsync(CancellationToken.None));
        buttons.MapPost("/cache/silence", farm.Cache.FallSilentAsync);
        buttons.MapPost("/cache/speak", farm.Cache.SpeakAsync);
        buttons.MapPost("/cache/hold-lock", () => farm.HoldLockAsync(CancellationToken.None));
        buttons.MapPost("/cache/free-lock", farm.Cache.FreeLockAsync);
        buttons.MapPost("/gateway/fix", farm.EndGatewayFault);
        buttons.MapPost("/gateway/{fault}", (string fault) => farm.BeginGatewayFault(ParseFault(fault)));
        buttons.MapPost("/logout", farm.LogoutAsync);

        Task OnInstance(int number, Func<FarmInstance, Task> action) =>
            farm.Instances.FirstOrDefault(instance => instance.Number == number) is { } instance
                ? action(instance)
                : throw new InvalidOperationException($"There is no instance {number}.");
    }

    /// <summary>The page writes it as in JSON, in camel case, which route values of an enum don't understand.</summary>
    private static GatewayFault ParseFault(string fault) =>
        Enum.TryParse<GatewayFault>(fault, ignoreCase: true, out var known) && Enum.IsDefined(known)
            ? known
            : throw new InvalidOperationException($"There is no fault '{fault}'.");

    /// <summary>Another name that leads to this address is an attack on a browser (DNS rebinding).</summary>
    private static Task RefuseForeignHosts(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Host.Host is "127.0.0.1" or "localhost")
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status421MisdirectedRequest;
        return Task.CompletedTask;
    }

    private static async ValueTask<object?> OnlyOwnPage(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        if (!context.HttpContext.Request.Headers.ContainsKey(OwnHeader))
        {
            return Results.Text($"The header {OwnHeader} is missing.", statusCode: StatusCodes.Status403Forbidden);
        }

        try
        {
            await next(context);
            return Results.NoContent();
        }
        catch (Exception exception) when (
            exception is InvalidOperationException or PlatformNotSupportedException or HttpRequestException)
        {
            return Results.Text(exception.Message, statusCode: StatusCodes.Status409Conflict);
        }
    }
}
