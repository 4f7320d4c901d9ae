using System.Net;
using System.Reflection;

namespace SxtAspNet.Tests.Gateway;

/// <summary>Firewalls refuse requests without a User-Agent, and who runs the gateway sees by it who calls.</summary>
public sealed class UserAgentTests
{
    public static TheoryData<string> Calls => [.. GatewayCallTests.Calls.Select(row => row.Data.Item1)];

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Each_call_names_the_library_and_its_version(string name)
    {
        using var gateway = new StubGateway(HttpStatusCode.Conflict);

        await Record.ExceptionAsync(() => gateway.MakeAsync(name));

        var version = typeof(SxtOptions).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];
        Assert.Equal($"SxtAspNet/{version}", Assert.Single(gateway.Requests).UserAgent);
    }
}
