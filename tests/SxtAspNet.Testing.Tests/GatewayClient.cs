using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace SxtAspNet.Testing.Tests;

internal sealed record SessionJson(
    string AccessToken, string RefreshToken, long AccessTokenExpires, long RefreshTokenExpires, long? SessionExpires);

internal sealed record ProblemJson(string Title, int Status, string Detail);

/// <summary>The protocol's calls, sent by hand.</summary>
internal static class GatewayClient
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    extension(HttpClient client)
    {
        public Task<HttpResponseMessage> RequestChallengeAsync(string userId, string? prefix = null) =>
            client.PostAsJsonAsync("v1/auth/code", new { userId, prefix }, Cancelled);

        public async Task<string> GetChallengeAsync(string userId, string? prefix = null)
        {
            using HttpResponseMessage response = await client.RequestChallengeAsync(userId, prefix);
            return await response.ReadCodeAsync();
        }

        public Task<HttpResponseMessage> AnswerChallengeAsync(
            string userId, string authCode, string signature, string key, string scheme = "ed25519") =>
            client.PostAsJsonAsync("v1/auth/token", new { userId, authCode, signature, key, scheme }, Cancelled);

        public Task<HttpResponseMessage> AnswerChallengeAsync(TestUser user, string authCode) =>
            client.AnswerChallengeAsync(user.Id, authCode, user.Sign(authCode), user.PublicKeyText);

        public async Task<SessionJson> LoginAsync(TestUser user)
        {
            using HttpResponseMessage response =
                await client.AnswerChallengeAsync(user, await client.GetChallengeAsync(user.Id));
            return await response.ReadSessionAsync();
        }

        public Task<HttpResponseMessage> FetchAsync(string path, string? token = null) =>
            client.CallAsync(HttpMethod.Get, path, token);

        public Task<HttpResponseMessage> CallAsync(
            HttpMethod method, string path, string? token = null, HttpContent? content = null)
        {
            var request = new HttpRequestMessage(method, path) { Content = content };
            if (token is not null)
            {
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            }

            return client.SendAsync(request, Cancelled);
        }

        public Task<HttpResponseMessage> PostAsync(string path, string? token, object? body = null) =>
            client.CallAsync(
                HttpMethod.Post, path, token, body is null ? new ByteArrayContent([]) : JsonContent.Create(body));

        public Task<HttpResponseMessage> RequestRefreshAsync(string refreshToken) =>
            client.PostAsync("v1/auth/refresh", refreshToken);

        public async Task<SessionJson> RefreshAsync(SessionJson session)
        {
            using HttpResponseMessage response = await client.RequestRefreshAsync(session.RefreshToken);
            return await response.ReadSessionAsync();
        }

        public Task<HttpResponseMessage> QueryAsync(
            string? accessToken, string sqlText = "SELECT * FROM ETHEREUM.BLOCKS") =>
            client.PostAsync("v1/sql", accessToken, new { sqlText });

        public async Task<bool> WorksAsync(string accessToken)
        {
            using HttpResponseMessage response = await client.FetchAsync("v1/auth/validtoken", accessToken);
            return response.StatusCode switch
            {
                System.Net.HttpStatusCode.OK => true,
                System.Net.HttpStatusCode.Unauthorized => false,
                var other => throw new InvalidOperationException($"validtoken answered {other}."),
            };
        }
    }

    extension(HttpResponseMessage response)
    {
        public async Task<SessionJson> ReadSessionAsync()
        {
            response.EnsureSuccessStatusCode();
            return (await response.Content.ReadFromJsonAsync<SessionJson>(Cancelled))!;
        }

        public async Task<string> ReadCodeAsync()
        {
            response.EnsureSuccessStatusCode();
            return (await response.ReadJsonAsync()).GetProperty("authCode").GetString()!;
        }

        public Task<JsonElement> ReadJsonAsync() => response.Content.ReadFromJsonAsync<JsonElement>(Cancelled);

        public Task<string> ReadTextAsync() => response.Content.ReadAsStringAsync(Cancelled);

        public async Task<ProblemJson> ReadProblemAsync()
        {
            Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
            return (await response.Content.ReadFromJsonAsync<ProblemJson>(Cancelled))!;
        }
    }
}
