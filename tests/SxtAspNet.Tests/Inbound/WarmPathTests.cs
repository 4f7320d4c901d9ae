using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using SxtAspNet.Diagnostics;
using SxtAspNet.Inbound;
using SxtAspNet.Testing;

namespace SxtAspNet.Tests.Inbound;

/// <summary>What a known token costs.</summary>
public sealed class WarmPathTests : IAsyncDisposable
{
    private readonly SxtGatewayEmulator _gateway = new();
    private readonly DefaultHttpContext _context = new();
    private readonly ServiceProvider _meters = new ServiceCollection().AddMetrics().BuildServiceProvider();
    private readonly TokenValidator _validator;

    public WarmPathTests()
    {
        _gateway.InjectFault(SxtGatewayFault.Answer(200, $"\"{InboundApp.User}\"", kind: SxtGatewayCallKind.ValidToken));
        _validator = new TokenValidator(
            "SxtBearer",
            new SxtBearerOptions { AllowAnyUser = true },
            new CallerGateway(_gateway.BaseAddress, _gateway.CreateHandler()),
            new SxtInstruments(_meters.GetRequiredService<IMeterFactory>()).ForScheme("SxtBearer"),
            NullLogger.Instance);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2_500)]
    public async Task A_known_token_of_any_length_is_found_without_an_allocation(int length)
    {
        var header = "Bearer " + Jwt.Forge(DateTimeOffset.UtcNow, payload => payload["more"] = new string('x', length));
        Assert.True((await ValidateAsync(header)).IsAccepted);

        var allocated = long.MaxValue;
        for (var attempt = 0; attempt < 20; attempt++)
        {
            // The memory cache looks for expired entries now and then, so the least of several attempts counts.
            var before = GC.GetAllocatedBytesForCurrentThread();
            var validation = ValidateAsync(header);
            allocated = Math.Min(allocated, GC.GetAllocatedBytesForCurrentThread() - before);
            Assert.True(validation.IsCompletedSuccessfully);
        }

        Assert.Equal(0, allocated);
    }

    public async ValueTask DisposeAsync()
    {
        _validator.Dispose();
        await _meters.DisposeAsync();
        await _gateway.DisposeAsync();
    }

    private ValueTask<TokenVerdict> ValidateAsync(string header)
    {
        Assert.True(BearerHeader.TryRead(header, out var token, out _));
        return _validator.ValidateAsync(token, _context);
    }
}
