using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace SxtAspNet.Tests.Infrastructure;

/// <summary>
/// Around the backchannel: remembers every secret that passes, and may answer in the gateway's place with a body that
/// quotes the secret it was sent.
/// </summary>
internal sealed class SecretRecorder(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private static readonly string[] SecretMembers = ["accessToken", "refreshToken", "signature"];

    public HashSet<string> Secrets { get; } = [];

    /// <summary>Makes an answer out of the request's secret; <see langword="null"/>: the gateway answers.</summary>
    public Func<string, (HttpStatusCode Status, string Body)>? Echo { get; set; }

    /// <summary>The path that <see cref="Echo"/> answers.</summary>
    public string EchoPath { get; set; } = "";

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var bearer = request.Headers.Authorization?.Parameter;
        var signature = request.Content is null ? null : Record(await request.Content.ReadAsStringAsync(cancellationToken));
        if (bearer is not null)
        {
            Secrets.Add(bearer);
        }

        if (Echo is { } echo && request.RequestUri!.AbsolutePath.EndsWith(EchoPath, StringComparison.Ordinal) && (bearer ?? signature) is { } secret)
        {
            var (status, body) = echo(secret);
            var answer = new HttpResponseMessage(status) { Content = new StringContent(body, Encoding.UTF8, "application/json"), RequestMessage = request };
            answer.Headers.WwwAuthenticate.Add(new AuthenticationHeaderValue("Bearer", $"error=\"{secret}\""));
            return answer;
        }

        var response = await base.SendAsync(request, cancellationToken);
        Record(await response.Content.ReadAsStringAsync(cancellationToken));
        return response;
    }

    private string? Record(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json);
            if (document.RootElement.ValueKind != JsonValueKind.Object)
            {
                return null;
            }

            string? last = null;
            foreach (var member in SecretMembers)
            {
                if (document.RootElement.TryGetProperty(member, out var value))
                {
                    Secrets.Add(last = value.GetString()!);
                }
            }

            return last;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
