using Microsoft.Extensions.DependencyInjection;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Sessions;

/// <summary>How long a shared record lives: nobody can replace one that nobody can open, so it must not outlive its token by much.</summary>
public class RecordLifetimeTests
{
    private const string ApiKey = "sxt_0123456789abcdefghijklmnop";

    [Theory]
    [InlineData(-6, true)]
    [InlineData(0, true)]
    [InlineData(6, true)]
    [InlineData(-6, false)]
    [InlineData(6, false)]
    public async Task A_record_lives_five_minutes_longer_than_its_token_whatever_this_machines_clock_says(int hours, bool isApiKey)
    {
        var store = new WatchedStore();
        await using var app = new TestApp(
            services: services =>
            {
                services.AddSingleton<ISxtSessionStore>(store);
                if (isApiKey)
                {
                    services.PostConfigureAll<SxtOptions>(options =>
                    {
                        options.Keys.Clear();
                        options.Keys.Add(new() { ApiKey = ApiKey });
                    });
                }
            },
            localClockOffset: TimeSpan.FromHours(hours));
        app.Gateway.AddApiKey(TestApp.User, ApiKey);

        await app.StartAsync();

        Assert.InRange(Assert.Single(store.Lives), TimeSpan.FromMinutes(29.9), TimeSpan.FromMinutes(30));
    }

    private sealed class WatchedStore : ISxtSessionStore
    {
        private byte[]? _record;

        public List<TimeSpan> Lives { get; } = [];

        public ValueTask<byte[]?> ReadAsync(string key, CancellationToken cancellationToken) =>
            new(key.EndsWith(":note", StringComparison.Ordinal) ? null : _record);

        public ValueTask<bool> TryReplaceAsync(string key, byte[]? expected, byte[] record, TimeSpan timeToLive, CancellationToken cancellationToken)
        {
            Lives.Add(timeToLive);
            _record = record;
            return new(true);
        }
    }
}
