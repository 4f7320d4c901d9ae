using CsCheck;
using Microsoft.Extensions.Primitives;

namespace SxtAspNet.Tests.Inbound;

/// <summary>
/// Whatever a caller sends: no exception escapes, the answer is 200 or 401, and nobody gets in with a token that the
/// gateway did not issue.
/// </summary>
public sealed class HeaderFuzzing
{
    private static readonly Gen<(int Kind, double Where, string Text)> Mutation =
        Gen.Select(Gen.Int[0, 5], Gen.Double[0, 1], Gen.String[Gen.Char[' ', '~'], 0, 4]);

    private static readonly Gen<string> Json = Gen.String[Gen.Char["{}[]\":,.0123456789eE+-\\ud8truefalsn xp"], 0, 60];

    [Fact]
    public async Task Random_text() =>
        await CheckAsync((_, _) => Gen.String[0, 200].Select(text => new StringValues(text)), iterations: 5_000);

    [Fact]
    public async Task Random_text_behind_the_scheme() =>
        await CheckAsync(
            (_, _) => Gen.Select(OneOf("Bearer", "bearer ", "Bearer ", "Bearer\t"), Gen.String[Gen.Char[' ', '~'], 0, 200])
                .Select((scheme, text) => new StringValues(scheme + text)),
            iterations: 5_000);

    [Fact]
    public async Task A_good_token_with_damages() =>
        await CheckAsync(
            (token, _) => Mutation.Array[1, 3].Select(mutations => new StringValues("Bearer " + mutations.Aggregate(token, Mutate))), iterations: 10_000);

    [Fact]
    public async Task A_good_header_with_damages() =>
        await CheckAsync(
            (token, _) => Mutation.Array[1, 3].Select(mutations => new StringValues(mutations.Aggregate("Bearer " + token, Mutate))), iterations: 5_000);

    [Fact]
    public async Task A_token_around_any_header_and_payload() =>
        await CheckAsync((_, _) => Gen.Select(Json, Json).Select((header, payload) => new StringValues("Bearer " + Jwt.Make(header, payload))), iterations: 5_000);

    [Fact]
    public async Task A_token_with_one_claim_of_any_value() =>
        await CheckAsync(
            (_, now) => Gen.Select(
                    OneOf("type", "user", "subscription", "session", "exp", "nbf", "iat", "ssn_exp", "alg"),
                    Gen.OneOf(Json, Gen.Long.Select(value => $"{value}"), Gen.String[0, 8].Select(text => $"\"{text}\"")))
                .Select((name, value) => new StringValues("Bearer " + Jwt.Make(
                    "{\"type\":\"access\"}",
                    $"{{\"type\":\"access\",\"user\":\"{InboundApp.User}\",\"exp\":{now.AddMinutes(20).ToUnixTimeSeconds()},\"{name}\":{value}}}"))),
            iterations: 5_000);

    [Fact]
    public async Task Several_headers() =>
        await CheckAsync(
            (token, _) => Gen.OneOf(Gen.Const($"Bearer {token}"), Gen.String[Gen.Char[' ', '~'], 0, 20], Gen.Const("")).Array[0, 3].Select(values => new StringValues(values)),
            iterations: 2_000);

    private static Gen<string> OneOf(params string[] texts) => Gen.Int[0, texts.Length - 1].Select(index => texts[index]);

    private static async Task CheckAsync(Func<string, DateTimeOffset, Gen<StringValues>> headers, int iterations)
    {
        await using var app = await InboundApp.StartAsync(options => (options.AllowAnyUser, options.MaxConcurrentValidations, options.MaxValidationsPerSecond) = (true, 10_000, 1_000_000));
        var token = app.Issue();

        await headers(token, app.Time.GetUtcNow()).SampleAsync(
            async header =>
            {
                var context = await app.Server.SendAsync(request =>
                {
                    request.Request.Path = "/me";
                    request.Request.Headers.Authorization = header;
                });

                if (context.Response.StatusCode == 200)
                {
                    Assert.Equal(1, header.Count);
                    Assert.StartsWith("Bearer ", header[0], StringComparison.OrdinalIgnoreCase);
                    Assert.Equal(token, header[0]!["Bearer ".Length..].Trim(' '));
                }
                else
                {
                    Assert.Equal(401, context.Response.StatusCode);
                    Assert.StartsWith("Bearer ", context.Response.Headers.WWWAuthenticate.ToString(), StringComparison.Ordinal);
                }
            },
            iter: iterations);
    }

    private static string Mutate(string text, (int Kind, double Where, string Text) mutation)
    {
        var at = (int)(mutation.Where * text.Length);
        var to = Math.Min(at + mutation.Text.Length, text.Length);
        return mutation.Kind switch
        {
            0 => text[..at],
            1 => text[..at] + mutation.Text + text[at..],
            2 => text[..at] + mutation.Text[..(to - at)] + text[to..],
            3 => text[..at] + text[to..],
            4 => text + text[at..],
            _ => text.ToUpperInvariant()[..at] + text[at..],
        };
    }
}
