using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace SxtAspNet.Tool.Tests.Sdks;

/// <summary>A user with a key of its own, and calls that an SDK makes, sent by hand.</summary>
internal sealed class SdkUser(Uri gateway) : IDisposable
{
    private readonly HttpClient _client = new() { BaseAddress = gateway };
    private readonly SxtSigningKey _key = SxtSigningKey.FromSeed(RandomNumberGenerator.GetBytes(SxtSigningKey.SeedSize));

    public string Id { get; } = $"user-{Guid.NewGuid():N}";

    public string PublicKey => Convert.ToBase64String(_key.PublicKey.Span);

    /// <summary>As SDKs sign: lower-case hex.</summary>
    public async Task<string> SignAsync(string text) =>
        Convert.ToHexStringLower(await _key.SignAsync(Encoding.UTF8.GetBytes(text), TestContext.Current.CancellationToken));

    /// <summary>Sends a call; without a body it has no content at all, as curl, axios and Go send it.</summary>
    public async Task<SdkAnswer> SendAsync(string method, string path, string? token = null, object? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);
        request.Headers.Accept.ParseAdd("application/json");
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        if (body is not null)
        {
            // By its own name alone: the SDKs name no charset.
            request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(body));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        using var response = await _client.SendAsync(request, TestContext.Current.CancellationToken);
        return new SdkAnswer(response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>The body of <c>/v1/auth/token</c>, which all SDKs send alike.</summary>
    public async Task<SdkSession> ExchangeAsync(string code, string? signedText = null)
    {
        var signature = await SignAsync(signedText ?? code);
        var answer = await SendAsync(
            "POST", "v1/auth/token", body: new { userId = Id, authCode = code, signature, key = PublicKey, scheme = "ed25519" });
        return answer.Session();
    }

    public void Dispose()
    {
        _client.Dispose();
        _key.Dispose();
    }
}

internal sealed record SdkSession(string AccessToken, string RefreshToken)
{
    public override string ToString() => "session";
}

/// <summary>An answer as an SDK reads it.</summary>
internal sealed record SdkAnswer(HttpStatusCode Status, string Body)
{
    public string Code() => Member("authCode");

    public SdkSession Session()
    {
        // Whole numbers, milliseconds: the Go SDK reads them into integers.
        using var document = JsonDocument.Parse(Ok().Body);
        Assert.True(document.RootElement.GetProperty("accessTokenExpires").GetInt64() < document.RootElement.GetProperty("refreshTokenExpires").GetInt64());
        return new SdkSession(Member("accessToken"), Member("refreshToken"));
    }

    public SdkAnswer Ok() => Is(HttpStatusCode.OK);

    public SdkAnswer Is(HttpStatusCode status)
    {
        Assert.True(Status == status, $"{(int)Status}: {Body}");
        return this;
    }

    public string Member(string name)
    {
        using var document = JsonDocument.Parse(Ok().Body);
        return document.RootElement.GetProperty(name).GetString()!;
    }

    public int Rows()
    {
        using var document = JsonDocument.Parse(Ok().Body);
        return document.RootElement.GetArrayLength();
    }
}
