using SxtAspNet.Testing;

namespace SxtAspNet.Simulation.World;

/// <summary>How all links to the gateway are at the moment.</summary>
internal sealed class GatewayWeather
{
    /// <summary>Nothing gets through.</summary>
    public bool IsDown { get; set; }

    /// <summary>The proxy that exchanges API keys can't be reached.</summary>
    public bool IsProxyDown { get; set; }

    /// <summary>How wrong the proxy's clock is.</summary>
    public TimeSpan ProxyClockError { get; init; }

    /// <summary>Packets are dropped: a call gets no answer, and no error either.</summary>
    public bool IsBlackHole { get; set; }

    /// <summary>How wrong the date of the next answer is; of that one alone.</summary>
    public TimeSpan NextDateError { get; set; }

    /// <summary>No answer ever tells the time.</summary>
    public bool HasNoDate { get; init; }

    /// <summary>Answers are lost after the work was done.</summary>
    public double LostAnswers { get; set; }

    /// <summary>
    /// How often a session was granted in vain: the answer did not arrive, or not in time. Or asked for in vain: with a key that is refused, by
    /// an instance whose API key can't be exchanged meanwhile, so that it tries both again every second or two.
    /// </summary>
    public int VainGrants { get; set; }

    /// <summary>Calls are refused: 503, or 429 with Retry-After.</summary>
    public int? Refusal { get; set; }

    public TimeSpan ExtraDelay { get; set; }

    /// <summary>How late answers are, after the work was done in time.</summary>
    public TimeSpan Lateness { get; set; }

    /// <summary>How many calls of renewals found the gateway down or were refused by it.</summary>
    public int VainCalls { get; set; }

    /// <summary>Dates an answer as the gateway's server does at the moment.</summary>
    public void Date(HttpResponseMessage response)
    {
        if (response.Headers.Date is { } date)
        {
            response.Headers.Date = HasNoDate ? null : date + NextDateError;
            NextDateError = TimeSpan.Zero;
        }
    }

    public bool IsFine => !IsDown && !IsBlackHole && LostAnswers == 0 && Refusal is null && ExtraDelay + Lateness < TimeSpan.FromSeconds(2);
}

/// <summary>One instance's link to the gateway: delays, losses, and a record of who presented which refresh token.</summary>
internal sealed class GatewayLink(
    VirtualClock clock, Process process, HttpMessageHandler gateway, GatewayWeather weather, Random random, Action<string> violation) : HttpMessageHandler
{
    private readonly HttpMessageInvoker _gateway = new(gateway);
    private readonly HashSet<string> _received = [];
    private readonly HashSet<string> _presented = [];
    private readonly HashSet<string> _replaced = [];
    private string? _granted;

    /// <summary>Whether a token was granted to this instance, and it has the answer of a later grant.</summary>
    public bool HasReplaced(string token) => _replaced.Contains(token);

    /// <summary>Only this instance can't get through to log in, refresh or ask.</summary>
    public bool IsCut { get; set; }

    /// <summary>Only this instance's packets are dropped.</summary>
    public bool IsBlackHole { get; set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        clock.CheckThread();
        await clock.DelayAsync(Latency(), cancellationToken);
        if ((weather.IsDown || weather.IsBlackHole || weather.Refusal is not null) && !IsCheck(request))
        {
            weather.VainCalls++;
        }

        if (IsBlackHole || weather.IsBlackHole)
        {
            await clock.DelayAsync(TimeSpan.FromHours(1), cancellationToken);
        }

        if (IsCut || weather.IsDown || (weather.IsProxyDown && IsForProxy(request)))
        {
            throw new HttpRequestException(HttpRequestError.ConnectionError, "The gateway can't be reached.");
        }

        if (weather.Refusal is { } status)
        {
            var refusal = new HttpResponseMessage((System.Net.HttpStatusCode)status) { RequestMessage = request, Content = new ByteArrayContent([]) };
            refusal.Headers.Date = clock.UtcNow;
            return refusal;
        }

        CheckRefresh(request);
        var response = await _gateway.SendAsync(request, CancellationToken.None);
        var granted = await RememberAsync(response);
        Date(response);
        if (weather.IsProxyDown && !response.IsSuccessStatusCode && IsLogin(request))
        {
            weather.VainGrants++;
        }

        try
        {
            if (random.NextDouble() < weather.LostAnswers)
            {
                throw new HttpRequestException(HttpRequestError.ResponseEnded, "The answer is lost.");
            }

            await clock.DelayAsync(Latency() + weather.Lateness, cancellationToken);
            await process.RunningAsync();
            if (granted is not null && !cancellationToken.IsCancellationRequested)
            {
                _replaced.Add(_granted ?? "");
                _granted = granted;
            }

            return response;
        }
        catch (Exception) when (granted is not null || IsForProxy(request))
        {
            weather.VainGrants++;
            throw;
        }
    }

    private void Date(HttpResponseMessage response)
    {
        if (!IsForProxy(response.RequestMessage!))
        {
            weather.Date(response);
        }
        else if (response.Headers.Date is { } date)
        {
            response.Headers.Date = date + weather.ProxyClockError;
        }
    }

    private static bool IsLogin(HttpRequestMessage request) => request.RequestUri!.AbsolutePath.EndsWith("/token", StringComparison.Ordinal);

    private static bool IsForProxy(HttpRequestMessage request) =>
        request.RequestUri!.AbsolutePath.EndsWith("/apikey", StringComparison.Ordinal);

    private TimeSpan Latency() => TimeSpan.FromMilliseconds(random.Next(5, 100)) + (weather.ExtraDelay / 2);

    /// <summary>Whether it asks about a token: each instance does that on its own, when an API answers 401.</summary>
    private static bool IsCheck(HttpRequestMessage request) =>
        request.RequestUri!.AbsolutePath.EndsWith("/validtoken", StringComparison.Ordinal);

    private void CheckRefresh(HttpRequestMessage request)
    {
        if (!request.RequestUri!.AbsolutePath.EndsWith("/refresh", StringComparison.Ordinal))
        {
            return;
        }

        var token = request.Headers.Authorization!.Parameter!;
        if (!_received.Contains(token))
        {
            violation("Rule 1: a refresh token was presented by an instance that did not receive it.");
        }

        if (!_presented.Add(token))
        {
            violation("Rule 1: a refresh token was presented twice.");
        }
    }

    /// <returns>The access token that it grants.</returns>
    private async Task<string?> RememberAsync(HttpResponseMessage response)
    {
        if (!response.IsSuccessStatusCode || response.RequestMessage!.RequestUri!.AbsolutePath is not { } path
            || !(path.EndsWith("/token", StringComparison.Ordinal) || path.EndsWith("/refresh", StringComparison.Ordinal)))
        {
            return null;
        }

        using var json = System.Text.Json.JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        _received.Add(json.RootElement.GetProperty("refreshToken").GetString()!);
        return json.RootElement.GetProperty("accessToken").GetString();
    }
}

/// <summary>What an API answers through the token handler; for marked requests, a redirect to another host that answers 401, or a 401 of its own.</summary>
internal sealed class ApiLink(VirtualClock clock, Process process, GatewayLink own, SxtGatewayEmulator gateway, GatewayWeather weather, Random random, Action<string> violation) : HttpMessageHandler
{
    private readonly HttpMessageInvoker _gateway = new(gateway.CreateHandler());

    /// <summary>Marks a request that is answered by a redirect, followed as HTTP clients do it.</summary>
    public static readonly HttpRequestOptionsKey<bool> IsRedirected = new("IsRedirected");

    /// <summary>Marks a request that the API answers by a 401 of its own, whatever its token.</summary>
    public static readonly HttpRequestOptionsKey<bool> IsRefused = new("IsRefused");

    /// <summary>How many requests were sent, replays included.</summary>
    public int Sent { get; private set; }

    /// <summary>Whether a token that had expired was presented in the last request.</summary>
    public int ExpiredTokens { get; private set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        clock.CheckThread();
        if (request.RequestUri!.Host != gateway.BaseAddress.Host)
        {
            if (request.Headers.Contains("Authorization"))
            {
                violation($"Rule 6: a token went to {request.RequestUri.Host}.");
            }

            return new HttpResponseMessage(System.Net.HttpStatusCode.Unauthorized) { RequestMessage = request };
        }

        if (request.Options.TryGetValue(IsRedirected, out var isRedirected) && isRedirected)
        {
            // As SocketsHttpHandler does it: the request itself is turned to the other host, without the header.
            request.RequestUri = new Uri("https://elsewhere.test/v1/sql");
            request.Headers.Authorization = null;
            return new HttpResponseMessage(System.Net.HttpStatusCode.Unauthorized) { RequestMessage = request };
        }

        if (request.Options.TryGetValue(IsRefused, out var isRefused) && isRefused)
        {
            await clock.DelayAsync(TimeSpan.FromMilliseconds(random.Next(10, 200)), cancellationToken);
            return new HttpResponseMessage(System.Net.HttpStatusCode.Unauthorized) { RequestMessage = request };
        }

        Sent++;
        if (request.Headers.Authorization?.Parameter is { } token && own.HasReplaced(token))
        {
            violation("Rule 3: a token was presented by an instance that had been granted another one.");
        }

        await clock.DelayAsync(TimeSpan.FromMilliseconds(random.Next(5, 100)), cancellationToken);
        var before = gateway.Calls.ExpiredTokensPresented;
        var response = await _gateway.SendAsync(request, CancellationToken.None);
        weather.Date(response);
        ExpiredTokens += gateway.Calls.ExpiredTokensPresented - before;
        await clock.DelayAsync(TimeSpan.FromMilliseconds(random.Next(5, 100)), cancellationToken);
        await process.RunningAsync();
        return response;
    }
}
