using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Farm;

public class StoreMessageTests
{
    [Fact]
    public async Task What_a_stores_client_says_at_length_is_for_debugging_alone()
    {
        await using var app = new TestApp(services: services => services.AddSingleton<ISxtSessionStore>(new TalkativeStore()));
        await app.StartAsync();

        Assert.InRange(app.Session.Status.FailureMessage!.Length, 1, 350);
        Assert.StartsWith("Reading the session store failed: No connection is active", app.Session.Status.FailureMessage, StringComparison.Ordinal);
        Assert.All(
            app.Logs.GetSnapshot().Where(log => log.Level > LogLevel.Debug),
            log => Assert.DoesNotContain("WORKER", log.Message + log.Exception, StringComparison.Ordinal));
        Assert.Contains(app.Logs.GetSnapshot(), log => log.Id.Id == 1412 && log.Exception!.Message.Contains("WORKER", StringComparison.Ordinal));
    }

    private sealed class TalkativeStore : ISxtSessionStore
    {
        public ValueTask<byte[]?> ReadAsync(string key, CancellationToken cancellationToken) => throw new IOException(
            "No connection is active/available to service this operation: GET k; " + new string('x', 300) + " WORKER: (Busy=1,Free=32766)");

        public ValueTask<bool> TryReplaceAsync(string key, byte[]? expected, byte[] record, TimeSpan timeToLive, CancellationToken cancellationToken) =>
            throw new IOException("not reached");
    }
}
