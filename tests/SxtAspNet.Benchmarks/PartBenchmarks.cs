using System.Net;
using System.Text;
using BenchmarkDotNet.Attributes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SxtAspNet.Benchmarks.Peers;
using SxtAspNet.Keys;
using SxtAspNet.Sessions;
using SxtAspNet.Testing;

namespace SxtAspNet.Benchmarks;

/// <summary>What the session does outside the requests' way: a login without the gateway's own time, and the seal.</summary>
public class PartBenchmarks
{
    private const string RecordName = "sxt:benchmark";

    private readonly List<IAsyncDisposable> _disposables = [];
    private readonly TimeProvider _timeProvider = TimeProvider.System;
    private Warm _warm = null!;
    private LoginProcedure _canned = null!;
    private LoginProcedure _http = null!;
    private SxtOptions _options = null!;
    private SessionCipher _seal = null!;
    private byte[] _record = null!;
    private byte[] _sealed = null!;

    [GlobalSetup]
    public async Task SetupAsync()
    {
        _warm = new Warm();
        var folder = Directory.CreateTempSubdirectory("sxt-benchmarks-");
        _disposables.Add(new Folder(folder));
        var keyFile = Path.Combine(folder.FullName, "sxt.key");
        var seed = System.Security.Cryptography.RandomNumberGenerator.GetBytes(SxtSigningKey.SeedSize);
        await File.WriteAllTextAsync(keyFile, Convert.ToHexString(seed));
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(keyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }

        var gateway = await SxtGatewayEmulator.StartAsync();
        _disposables.Add(gateway);
        using (var key = SxtSigningKey.FromSeed(seed))
        {
            gateway.AddUser("benchmark", key.PublicKey.ToArray());
        }

        var canned = Build(keyFile, options => options.BackchannelHttpHandler = new CannedGateway(_warm.Token));
        var http = Build(keyFile, options => options.GatewayUrl = gateway.BaseAddress);
        _canned = canned.GetRequiredKeyedService<LoginProcedure>("");
        _http = http.GetRequiredKeyedService<LoginProcedure>("");
        _options = canned.GetRequiredService<IOptionsMonitor<SxtOptions>>().CurrentValue;

        var ring = canned.GetRequiredKeyedService<SealKeyRing>("");
        await ring.LoadAsync(_options, _options.KeyTimeout, CancellationToken.None);
        _seal = new SessionCipher(ring, canned.GetRequiredKeyedService<SessionIdentity>(""));
        _record = SessionRecord.Write(new Session
        {
            Generation = 1,
            GrantedAt = DateTimeOffset.UtcNow,
            AccessToken = new SxtAccessToken(_warm.Token, DateTimeOffset.UtcNow.AddMinutes(25)),
            ExpiresAt = DateTimeOffset.UtcNow.AddMinutes(25),
            EndsAt = DateTimeOffset.UtcNow.AddHours(24),
        });
        _sealed = _seal.Seal(RecordName, _record)!;
    }

    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        _disposables.Reverse();
        foreach (var disposable in _disposables)
        {
            await disposable.DisposeAsync();
        }

        _warm.Dispose();
    }

    [Benchmark(Description = "login: read the key file, sign, exchange; the gateway answers at once, in this process")]
    public Task<object> CannedLoginAsync() => LoginAsync(_canned);

    [Benchmark(Description = "login over HTTP on loopback; with the emulator's own work")]
    public Task<object> HttpLoginAsync() => LoginAsync(_http);

    [Benchmark(Description = "seal a record")]
    public byte[] Seal() => _seal.Seal(RecordName, _record)!;

    [Benchmark(Description = "open a record")]
    public byte[] Open() => _seal.Open(RecordName, _sealed)!;

    /// <summary>What every look at a deadline costs, so that one can tell it from the rest.</summary>
    [Benchmark(Description = "a timestamp of the monotonic clock")]
    public long Timestamp() => _timeProvider.GetTimestamp();

    [Benchmark(Description = "GetAccessTokenAsync, warm")]
    public SxtAccessToken GetAccessToken()
    {
        var getting = _warm.Session.GetAccessTokenAsync();
        return getting.IsCompletedSuccessfully
            ? getting.Result
            : throw new InvalidOperationException("A warm session should have its token at once.");
    }

    private async Task<object> LoginAsync(LoginProcedure login) => await login.RunAsync(_options, CancellationToken.None);

    private ServiceProvider Build(string keyFile, Action<SxtOptions> configure)
    {
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));
        services.AddSxt(options =>
        {
            options.UserId = "benchmark";
            options.Keys.Add(new SxtKeyOptions { File = keyFile });
            configure(options);
        });
        var provider = services.BuildServiceProvider();
        _disposables.Add(provider);
        return provider;
    }

    private sealed class Folder(DirectoryInfo folder) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            folder.Delete(recursive: true);
            return ValueTask.CompletedTask;
        }
    }

    private sealed class CannedGateway(string token) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var now = DateTimeOffset.UtcNow;
            var isChallenge = request.RequestUri!.AbsolutePath.EndsWith("/code", StringComparison.Ordinal);
            var body = isChallenge
                ? """{"authCode":"469867d9660b67f8aa12b2"}"""
                : $$"""{"accessToken":"{{token}}","refreshToken":"{{token}}","accessTokenExpires":{{now.AddMinutes(25).ToUnixTimeMilliseconds()}},"refreshTokenExpires":{{now.AddMinutes(30).ToUnixTimeMilliseconds()}}}""";
            var response = new HttpResponseMessage(HttpStatusCode.OK)
            {
                RequestMessage = request,
                Content = new StringContent(body, Encoding.UTF8, "application/json"),
            };
            response.Headers.Date = now;
            return Task.FromResult(response);
        }
    }
}
