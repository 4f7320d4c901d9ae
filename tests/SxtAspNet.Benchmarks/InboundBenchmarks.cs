using System.Security.Claims;
using System.Security.Cryptography;
using BenchmarkDotNet.Attributes;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using SxtAspNet.Testing;

namespace SxtAspNet.Benchmarks;

/// <summary>
/// A caller with a token that was validated a moment ago, beside JwtBearer, which checks an ES256 signature each time. Each
/// request has its scope and its handler, as in an app.
/// </summary>
public class InboundBenchmarks
{
    internal const string Baseline = "JwtBearer, an ES256 token";

    private const string Caller = "benchmark";

    private readonly SxtGatewayEmulator _gateway = new();
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private ServiceProvider _provider = null!;
    private string _jwt = null!;
    private string _token = null!;

    [GlobalSetup]
    public async Task SetupAsync()
    {
        _gateway.AddUser(Caller);
        _token = "Bearer " + _gateway.IssueAccessToken(Caller);
        var signingKey = new ECDsaSecurityKey(_key) { KeyId = "benchmark" };
        _jwt = "Bearer " + new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = "https://issuer.test",
            Audience = "benchmark",
            Subject = new ClaimsIdentity([new Claim("sub", Caller), new Claim("subscription", Guid.Empty.ToString()), new Claim("session", "33b4da361f6b53726ebf2758")]),
            Expires = DateTime.UtcNow.AddHours(1),
            SigningCredentials = new SigningCredentials(signingKey, SecurityAlgorithms.EcdsaSha256),
        });

        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));
        services.AddAuthentication()
            .AddSxtBearer(options => options.AllowedUsers.Add(Caller))
            .AddJwtBearer(options =>
            {
                options.TokenValidationParameters.ValidIssuer = "https://issuer.test";
                options.TokenValidationParameters.ValidAudience = "benchmark";
                options.TokenValidationParameters.IssuerSigningKey = signingKey;
            });
        services.UseSxtGatewayEmulator(_gateway);
        _provider = services.BuildServiceProvider();
        await SxtAsync();
        await JwtAsync();
    }

    [GlobalCleanup]
    public async Task CleanupAsync()
    {
        await _provider.DisposeAsync();
        await _gateway.DisposeAsync();
        _key.Dispose();
    }

    [Benchmark(Description = Baseline)]
    public Task<AuthenticateResult> JwtAsync() => AuthenticateAsync(JwtBearerDefaults.AuthenticationScheme, _jwt);

    [Benchmark(Description = "SxtBearer, a known token")]
    public Task<AuthenticateResult> SxtAsync() => AuthenticateAsync(SxtBearerDefaults.AuthenticationScheme, _token);

    private async Task<AuthenticateResult> AuthenticateAsync(string scheme, string header)
    {
        await using var scope = _provider.CreateAsyncScope();
        var context = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        context.Request.Headers.Authorization = header;
        var result = await context.AuthenticateAsync(scheme);
        return result.Succeeded ? result : throw new InvalidOperationException($"{scheme} did not accept its token.", result.Failure);
    }
}
