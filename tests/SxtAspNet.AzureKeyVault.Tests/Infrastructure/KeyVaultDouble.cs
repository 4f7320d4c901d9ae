using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Azure.Core.Pipeline;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace SxtAspNet.AzureKeyVault.Tests.Infrastructure;

/// <summary>
/// A key vault over HTTPS on the loopback address: challenge authentication, secrets with versions, paged lists, and the errors
/// that the real one answers. It goes by a name under vault.azure.net, since Azure's client sends its token to no other; only
/// <see cref="CreateTransport"/> knows where that name leads.
/// </summary>
internal sealed class KeyVaultDouble : IAsyncDisposable
{
    private const int PageSize = 2;

    private readonly Lock _gate = new();
    private readonly VaultCertificate _certificate = new();
    private readonly WebApplication _app;
    private readonly Dictionary<string, List<VaultSecretVersion>> _secrets = [];
    private readonly Dictionary<string, RSA> _keys = [];
    private readonly ConcurrentQueue<string> _requests = [];

    private KeyVaultDouble(TimeProvider timeProvider)
    {
        Time = timeProvider;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(_certificate.Certificate)));
        _app = builder.Build();
        _app.Run(AnswerAsync);
    }

    /// <summary>A name of its own: Azure's client remembers challenges by host, for the whole process.</summary>
    public Uri Uri { get; } = new($"https://contoso-{Guid.NewGuid():N}"[..24] + ".vault.azure.net/");

    public TimeProvider Time { get; }

    /// <summary>The tokens that open the vault.</summary>
    public string Token { get; set; } = "entra-token";

    /// <summary>What the vault says that tokens must be for.</summary>
    public string Resource { get; set; } = "https://vault.azure.net";

    /// <summary>Answers in the vault's place, once the sign-in is accepted, when set.</summary>
    public Func<HttpContext, Task>? Answer { get; set; }

    /// <summary>Whether the app's identity may list versions.</summary>
    public bool MayList { get; set; } = true;

    /// <summary>What was asked, in order: method, path, and whether with a token.</summary>
    public string[] Requests => [.. _requests];

    private int Port => new Uri(_app.Urls.Single()).Port;

    public static async Task<KeyVaultDouble> StartAsync(TimeProvider? timeProvider = null)
    {
        var vault = new KeyVaultDouble(timeProvider ?? TimeProvider.System);
        await vault._app.StartAsync(TestContext.Current.CancellationToken);
        return vault;
    }

    /// <summary>Adds a version, which is the newest then.</summary>
    /// <param name="secret">The secret's name.</param>
    /// <param name="value">What it holds.</param>
    /// <param name="age">How long ago it was made.</param>
    public VaultSecretVersion Set(string secret, string value, TimeSpan age = default)
    {
        var version = new VaultSecretVersion(value, Time.GetUtcNow() - age);
        lock (_gate)
        {
            if (!_secrets.TryGetValue(secret, out var versions))
            {
                _secrets[secret] = versions = [];
            }

            versions.Add(version);
        }

        return version;
    }

    /// <summary>Makes an RSA key that never leaves the vault.</summary>
    /// <returns>Its public half, and its version.</returns>
    public (RSA Public, string Version) MakeKey(string name)
    {
        var key = RSA.Create(2048);
        return (RSA.Create(key.ExportParameters(includePrivateParameters: false)), ImportKey(name, key));
    }

    /// <summary>Takes in an RSA key.</summary>
    /// <returns>Its version.</returns>
    public string ImportKey(string name, RSA key)
    {
        var version = Guid.NewGuid().ToString("N");
        _keys[$"{name}/{version}"] = key;
        return version;
    }

    /// <summary>Reaches the vault by its name, or by any, and trusts its certificate only.</summary>
    /// <param name="other">Another vault, reached by its name.</param>
    public HttpPipelineTransport CreateTransport(KeyVaultDouble? other = null) => new HttpClientTransport(CreateHandler(other));

    /// <inheritdoc cref="CreateTransport"/>
    public HttpMessageHandler CreateHandler(KeyVaultDouble? other = null) => VaultTransport.CreateHandler(
        (host, token) => VaultTransport.DialAsync(host == other?.Uri.Host ? other.Port : Port, token),
        certificate => _certificate.IsTrusted(certificate) || other?._certificate.IsTrusted(certificate) is true);

    /// <summary>Reaches the vault, and does not trust its certificate.</summary>
    public HttpPipelineTransport CreateDistrustingTransport() => VaultTransport.Create(
        (_, token) => VaultTransport.DialAsync(Port, token), _ => false);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _certificate.Dispose();
        foreach (var key in _keys.Values)
        {
            key.Dispose();
        }
    }

    public static async Task FailAsync(HttpContext context, int status, string code, string? innerCode = null, string message = "No.")
    {
        var error = new JsonObject { ["code"] = code, ["message"] = message };
        if (innerCode is not null)
        {
            error["innererror"] = new JsonObject { ["code"] = innerCode };
        }

        await WriteAsync(context, status, new JsonObject { ["error"] = error });
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var bearer = context.Request.Headers.Authorization.ToString();
        _requests.Enqueue($"{context.Request.Method} {context.Request.Path.Value!.TrimEnd('/')}{(bearer.Length > 0 ? " with a token" : "")}");
        context.Response.Headers.Date = Time.GetUtcNow().ToString("R", CultureInfo.InvariantCulture);
        if (bearer != $"Bearer {Token}")
        {
            context.Response.Headers.WWWAuthenticate =
                $"Bearer authorization=\"https://login.microsoftonline.com/{TestCredential.Tenant}\", resource=\"{Resource}\"";
            await FailAsync(context, 401, "Unauthorized", message: "AKV10000: Request is missing a Bearer or PoP token.");
        }
        else if (Answer is { } answer)
        {
            await answer(context);
        }
        else
        {
            await (context.Request.Path.StartsWithSegments("/keys") ? UnwrapAsync(context) : AnswerForSecretAsync(context));
        }
    }

    private async Task UnwrapAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!.Trim('/').Split('/');
        if (path is not ["keys", var name, var version, "unwrapkey"] || !_keys.TryGetValue($"{name}/{version}", out var key))
        {
            await FailAsync(context, 404, "KeyNotFound");
            return;
        }

        var request = await JsonNode.ParseAsync(context.Request.Body);
        try
        {
            var unwrapped = key.Decrypt(Base64Url.DecodeFromChars((string)request!["value"]!), RSAEncryptionPadding.OaepSHA256);
            Assert.Equal("RSA-OAEP-256", (string?)request["alg"]);
            await WriteAsync(context, 200, new JsonObject { ["kid"] = $"{Uri}keys/{name}/{version}", ["value"] = Base64Url.EncodeToString(unwrapped) });
        }
        catch (CryptographicException)
        {
            await FailAsync(context, 400, "BadParameter");
        }
    }

    private Task AnswerForSecretAsync(HttpContext context)
    {
        var (status, code, body) = context.Request.Path.Value!.Trim('/').Split('/') is ["secrets", var secret, .. var rest]
            ? Find(secret, rest.FirstOrDefault(), context.Request.Query["$skiptoken"])
            : (404, "NotFound", null);
        return body is null
            ? FailAsync(context, status, status == 403 ? "Forbidden" : code, status == 403 ? code : null)
            : WriteAsync(context, status, body);
    }

    private (int Status, string Code, JsonObject? Body) Find(string secret, string? what, string? skip)
    {
        lock (_gate)
        {
            if (!_secrets.TryGetValue(secret, out var versions))
            {
                return (404, "SecretNotFound", null);
            }

            if (what == "versions")
            {
                return MayList ? (200, "", List(secret, versions, skip)) : (403, "ForbiddenByPolicy", null);
            }

            var version = string.IsNullOrEmpty(what) ? versions[^1] : versions.Find(candidate => candidate.Id == what);
            return version is null ? (404, "SecretNotFound", null)
                : version.IsEnabled ? (200, "", version.ToJson(UriOf(secret), withValue: true))
                : (403, "SecretDisabled", null);
        }
    }

    private JsonObject List(string secret, List<VaultSecretVersion> versions, string? skip)
    {
        var start = int.TryParse(skip, CultureInfo.InvariantCulture, out var given) ? given : 0;
        var page = versions.OrderBy(version => version.Id, StringComparer.Ordinal).Skip(start).Take(PageSize);
        var next = start + PageSize;
        return new JsonObject
        {
            ["value"] = new JsonArray([.. page.Select(version => version.ToJson(UriOf(secret), withValue: false))]),
            ["nextLink"] = next < versions.Count ? $"{UriOf(secret)}/versions?api-version=7.6&$skiptoken={next}" : null,
        };
    }

    private Uri UriOf(string secret) => new(Uri, $"secrets/{secret}");

    private static async Task WriteAsync(HttpContext context, int status, JsonObject body)
    {
        context.Response.StatusCode = status;
        await context.Response.WriteAsJsonAsync(body);
    }
}
