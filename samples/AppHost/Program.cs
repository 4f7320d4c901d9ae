using AppHost;

var builder = DistributedApplication.CreateBuilder(args);

// While you develop an emulator, which needs no account; when you publish, the production gateway.
var sxt = builder.AddSxtGateway("sxt");
var redis = builder.AddGarnet("redis");

// Three instances of one app, which share one session through Redis.
foreach (var name in (string[])["webapi-1", "webapi-2", "webapi-3"])
{
    // Without its launch profile, which is for one instance alone.
    builder.AddProject<Projects.WebApi>(name, launchProfileName: null)
        .WithHttpEndpoint()
        .WithHttpHealthCheck("/health")
        // Everything starts at once here. An instance that gives up on a slow Redis, or on the one that logs in, logs in too.
        .WithEnvironment("Sxt__StoreTimeout", "00:00:10")
        .WithEnvironment("Sxt__AcquireTimeout", "00:02:00")
        .WithEnvironment("Authentication__Schemes__SxtBearer__AllowedUsers__0", "partner")
        .WithReference(sxt)
        .WithReference(redis)
        .WaitFor(redis);
}

await builder.Build().RunAsync();
