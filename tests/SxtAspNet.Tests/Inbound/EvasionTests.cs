using System.Net;
using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SxtAspNet.Inbound;
using SxtAspNet.Testing;

namespace SxtAspNet.Tests.Inbound;

/// <summary>Forged tokens that make the gateway, or what stands before it, answer anything but a refusal.</summary>
public sealed class EvasionTests
{
    private static readonly IPAddress Genuine = IPAddress.Parse("198.51.100.1");

    // Budgets are shared by hash: one in 65,536 addresses shares the genuine caller's.
    private static readonly IPAddress[] Attackers = [.. Enumerable.Range(1, 200).Select(number => IPAddress.Parse($"203.0.113.{number}"))
        .Where(address => ValidationLimits.SlotOf(address) != ValidationLimits.SlotOf(Genuine)).Take(4)];

    [Fact]
    public async Task Tokens_that_a_front_end_finds_too_long_keep_no_caller_in_good_standing_out()
    {
        var address = Genuine;
        FrontEnd? front = null;
        await using var app = await InboundApp.StartAsync(
            options =>
            {
                options.AllowedUsers.Add(InboundApp.User);
                (options.CallerAddress, options.MaxConcurrentValidations) = (_ => address, Attackers.Length);
            },
            services => services.PostConfigureAll<SxtBearerOptions>(options =>
                options.BackchannelHttpHandler = front ??= new FrontEnd(options.BackchannelHttpHandler!)));
        foreach (var attacker in Attackers)
        {
            address = attacker;
            using var first = await app.GetAsync(Long(app, $"first of {attacker}"));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, first.StatusCode);
        }

        // From now on each one holds its place.
        front!.Hold();
        List<Task<HttpResponseMessage>> held = [];
        foreach (var attacker in Attackers)
        {
            address = attacker;
            held.Add(app.GetAsync(Long(app, $"second of {attacker}")));
            await Task.WhenAny(held[^1], front.IsHeldAsync());
        }

        address = Genuine;
        using var genuine = await app.GetAsync(app.Issue());
        front.Release();
        foreach (var response in await Task.WhenAll(held))
        {
            response.Dispose();
        }

        Assert.Equal(HttpStatusCode.OK, genuine.StatusCode);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(413)]
    [InlineData(500)]
    public async Task A_gateway_that_only_fails_is_a_503_and_not_a_429(int status)
    {
        await using var app = await InboundApp.StartAsync(options =>
        {
            options.AllowAnyUser = true;
            (options.CallerAddress, options.MaxRefusalsPerAddress) = (_ => Genuine, 1);
        });
        app.Gateway.InjectFault(SxtGatewayFault.Status(status, kind: SxtGatewayCallKind.ValidToken));

        for (var number = 0; number < 5; number++)
        {
            using var response = await app.Time.PassUntilAsync(app.GetAsync(app.Issue($"caller-{number}")), TimeSpan.FromSeconds(5));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        }
    }

    [Fact]
    public async Task A_call_for_an_address_without_good_standing_is_not_repeated()
    {
        await using var app = await InboundApp.StartAsync(options =>
        {
            options.AllowAnyUser = true;
            options.CallerAddress = _ => Genuine;
        });
        app.Gateway.InjectFault(SxtGatewayFault.Status(500, kind: SxtGatewayCallKind.ValidToken));

        using var first = await app.Time.PassUntilAsync(app.GetAsync(app.Issue("first")), TimeSpan.FromSeconds(5));
        var validations = app.Validations;
        using var second = await app.Time.PassUntilAsync(app.GetAsync(app.Issue("second")), TimeSpan.FromSeconds(5));

        Assert.Equal((3, 4), (validations, app.Validations));
    }

    [Theory]
    [InlineData(429)]
    [InlineData(307)]
    public async Task What_no_token_brings_about_costs_an_address_nothing(int status)
    {
        await using var app = await InboundApp.StartAsync(options =>
        {
            options.AllowAnyUser = true;
            options.CallerAddress = _ => Genuine;
        });
        app.Gateway.InjectFault(SxtGatewayFault.Status(status, times: 1, kind: SxtGatewayCallKind.ValidToken));
        using var first = await app.GetAsync(app.Issue("first"));
        app.Gateway.InjectFault(SxtGatewayFault.Status(500, kind: SxtGatewayCallKind.ValidToken));

        using var second = await app.Time.PassUntilAsync(app.GetAsync(app.Issue("second")), TimeSpan.FromSeconds(5));

        Assert.Equal(1 + 3, app.Validations);
    }

    [Fact]
    public async Task Questions_without_an_answer_are_reported_once_a_minute_for_each_reason()
    {
        await using var app = await InboundApp.StartAsync(options => options.AllowAnyUser = true);

        await FailAsync(404, 3);
        var first = Reports();
        await FailAsync(429, 3);
        var other = Reports();
        app.Time.Advance(TimeSpan.FromMinutes(1));
        await FailAsync(404, 3);

        Assert.Equal((1, 2, 3), (first, other, Reports()));

        async Task FailAsync(int status, int count)
        {
            var fault = app.Gateway.InjectFault(SxtGatewayFault.Status(status, kind: SxtGatewayCallKind.ValidToken));
            for (var number = 0; number < count; number++)
            {
                using var response = await app.GetAsync(app.Issue($"caller-{number}"));
                Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
            }

            app.Gateway.RemoveFault(fault);
        }

        int Reports() => app.Logs.GetSnapshot().Count(record => record.Id.Id == 1503 && record.Level is LogLevel.Warning);
    }

    private static string Long(InboundApp app, string session) => Jwt.Forge(
        app.Time.GetUtcNow(), payload => (payload["session"], payload["more"]) = (session, new string('x', FrontEnd.LongestHeader)));

    /// <summary>Answers long headers itself, without asking the gateway.</summary>
    private sealed class FrontEnd(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        public const int LongestHeader = 2_000;

        private readonly Channel<bool> _held = Channel.CreateUnbounded<bool>();
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile bool _holds;

        public void Hold() => _holds = true;

        public void Release() => _released.SetResult();

        public async Task IsHeldAsync() => await _held.Reader.ReadAsync(TestContext.Current.CancellationToken);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.Headers.Authorization!.Parameter!.Length <= LongestHeader)
            {
                return await base.SendAsync(request, cancellationToken);
            }

            if (_holds)
            {
                _held.Writer.TryWrite(true);
                await _released.Task;
            }

            return new HttpResponseMessage(HttpStatusCode.RequestHeaderFieldsTooLarge) { RequestMessage = request };
        }
    }
}
