using SxtAspNet.Testing;
using static SxtAspNet.Tests.Keys.KeyVectors;

namespace SxtAspNet.Tool.Tests.Infrastructure;

/// <summary>A user at a gateway over real HTTP, whose key lies in a file.</summary>
internal sealed class TestAccount : IAsyncDisposable
{
    private TestAccount(SxtGatewayEmulator gateway)
    {
        Gateway = gateway;
        gateway.AddUser(UserId, PublicKey);
        KeyFile = Folder.Write("sxt.pem", Pem);
    }

    public string UserId { get; } = "orders-service";

    public SxtGatewayEmulator Gateway { get; }

    public KeyFolder Folder { get; } = new();

    public string KeyFile { get; }

    /// <summary>The options that log in.</summary>
    public string[] Options => ["--gateway", Gateway.BaseAddress.ToString(), "--user", UserId, "--key", KeyFile];

    public static async Task<TestAccount> StartAsync(SxtGatewayEmulatorOptions? options = null) =>
        new(await SxtGatewayEmulator.StartAsync(options, cancellationToken: TestContext.Current.CancellationToken));

    /// <summary>Runs a command with the options that log in.</summary>
    public Task<ToolResult> RunAsync(params string[] command) => Sxt.RunAsync([.. command, .. Options]);

    /// <summary>The public keys on the keyring, as another program sees them.</summary>
    public async Task<string[]> ListKeysAsync() => (await RunAsync("keyring", "list")).Succeeded().Lines;

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        Folder.Dispose();
    }
}
