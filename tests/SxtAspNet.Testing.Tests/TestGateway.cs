using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Time.Testing;

namespace SxtAspNet.Testing.Tests;

/// <summary>How a test reaches the gateway.</summary>
public enum Front
{
    InMemory,
    Http,
    Https,
}

/// <summary>An emulator on a virtual clock, with a user who can log in.</summary>
internal sealed class TestGateway : IAsyncDisposable
{
    public static readonly DateTimeOffset Start = new(2030, 6, 1, 12, 0, 0, TimeSpan.Zero);

    private TestGateway(SxtGatewayEmulator emulator, FakeTimeProvider time, HttpMessageHandler handler)
    {
        Emulator = emulator;
        Time = time;
        Client = new HttpClient(handler) { BaseAddress = emulator.BaseAddress };
        Emulator.AddUser(User.Id, User.PublicKey);
    }

    public SxtGatewayEmulator Emulator { get; }

    public FakeTimeProvider Time { get; }

    public HttpClient Client { get; }

    public TestUser User { get; } = new("orders-service");

    public SxtGatewayEmulatorOptions Options => Emulator.Options;

    public SxtGatewayCalls Calls => Emulator.Calls;

    public static TestGateway InMemory(SxtGatewayEmulatorOptions? options = null)
    {
        var time = new FakeTimeProvider(Start);
        var emulator = new SxtGatewayEmulator(options, time);
        return new(emulator, time, emulator.CreateHandler());
    }

    public static async Task<TestGateway> StartAsync(Front front, SxtGatewayEmulatorOptions? options = null)
    {
        if (front == Front.InMemory)
        {
            return InMemory(options);
        }

        var time = new FakeTimeProvider(Start);
        var emulator = front == Front.Http
            ? await SxtGatewayEmulator.StartAsync(options, time, cancellationToken: TestContext.Current.CancellationToken)
            : await SxtGatewayEmulator.StartHttpsAsync(SxtGatewayCertificate.Valid, options, time, cancellationToken: TestContext.Current.CancellationToken);
        return new(emulator, time, front == Front.Http ? new SocketsHttpHandler { AllowAutoRedirect = false } : Trusting(emulator));
    }

    /// <summary>A handler that trusts the emulator's certificate.</summary>
    public static SocketsHttpHandler Trusting(SxtGatewayEmulator emulator)
    {
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(emulator.Certificate!);
        return new SocketsHttpHandler { AllowAutoRedirect = false, SslOptions = { CertificateChainPolicy = policy } };
    }

    public TestUser AddUser(string id)
    {
        var user = new TestUser(id);
        Emulator.AddUser(id, user.PublicKey);
        return user;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Emulator.DisposeAsync();
    }
}
