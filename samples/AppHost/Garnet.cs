using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using StackExchange.Redis;

namespace AppHost;

/// <summary>
/// A Redis-protocol server without a container: garnet-server, a .NET tool of this repository's manifest. With containers at hand,
/// an app host has <c>builder.AddRedis("redis")</c> instead, of Aspire.Hosting.Redis.
/// </summary>
public static class Garnet
{
    /// <summary>Adds the server, and the connection string that apps know it by.</summary>
    public static IResourceBuilder<ConnectionStringResource> AddGarnet(this IDistributedApplicationBuilder builder, string name)
    {
        var server = builder
            .AddExecutable($"{name}-server", "dotnet", builder.AppHostDirectory, "tool", "run", "garnet-server", "--", "--bind", "127.0.0.1",
                "--lua", "--lua-transaction-mode", "--no-obj", "--memory", "64m", "--index", "1m")
            .WithEndpoint(name: "tcp", scheme: "tcp");
        var endpoint = server.GetEndpoint("tcp");
        server.WithArgs("--port", endpoint.Property(EndpointProperty.TargetPort));
        var connectionString = ReferenceExpression.Create($"{endpoint.Property(EndpointProperty.IPV4Host)}:{endpoint.Property(EndpointProperty.Port)}");

        // It counts as started when it answers, so that the first instance finds it.
        builder.Services.AddHealthChecks().AddAsyncCheck(name, cancellationToken => PingAsync(connectionString, cancellationToken));
        server.WithHealthCheck(name);
        return builder.AddConnectionString(name, connectionString).WaitFor(server);
    }

    private static async Task<HealthCheckResult> PingAsync(ReferenceExpression connectionString, CancellationToken cancellationToken)
    {
        try
        {
            var address = await connectionString.GetValueAsync(cancellationToken) ?? "";
            await using var connection = await ConnectionMultiplexer.ConnectAsync(address, options => options.ConnectTimeout = 1000);
            await connection.GetDatabase().PingAsync();
            return HealthCheckResult.Healthy();
        }
        catch (RedisException failure)
        {
            return HealthCheckResult.Unhealthy("It does not answer yet.", failure);
        }
    }
}
