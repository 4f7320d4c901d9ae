using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Redis.Tests;

public class FailingLogTests
{
    [Fact]
    public async Task A_log_that_fails_hides_no_failure_of_redis()
    {
        await using var provider = new ServiceCollection()
            .AddLogging(logging => logging.SetMinimumLevel(LogLevel.Debug).AddProvider(new FailingLog()))
            .BuildServiceProvider();
        var options = new SxtRedisOptions { ConnectionMultiplexerFactory = _ => throw new TimeoutException() };
        await using var connection = new RedisConnection(options, provider);

        var failure = await Assert.ThrowsAsync<RedisUnavailableException>(
            () => new RedisSessionStore(connection).ReadAsync("test", TestContext.Current.CancellationToken).AsTask());

        Assert.Equal("Redis did not answer in time.", failure.Message);
    }
}
