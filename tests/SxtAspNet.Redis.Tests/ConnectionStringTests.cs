using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SxtAspNet.Redis.Tests.Infrastructure;

namespace SxtAspNet.Redis.Tests;

/// <summary>What is said of a connection that can't be: enough to fix it, and no password.</summary>
public class ConnectionStringTests
{
    [Theory]
    [InlineData("localhost:6379,pasword=topsecret", "has 'pasword', which StackExchange.Redis does not know; did you mean 'password'?")]
    [InlineData("localhost:6379,password=topsecret,conectTimeout=5", "has 'conectTimeout'", "'connectTimeout'?")]
    [InlineData("localhost:6379,ssl=topsecret", "'ssl' has a value that it can't have")]
    [InlineData("localhost:6379,password=top,secret=x", "A password with a comma in it")]
    [InlineData("password=topsecret", "names no server")]
    public void A_wrong_word_is_named_and_no_password(string configuration, params string[] words)
    {
        var services = new ServiceCollection();
        services.AddSxt(options => options.UserId = "orders-service").AddRedis(configuration);
        using var provider = services.BuildServiceProvider();

        var message = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IOptionsMonitor<SxtRedisOptions>>().Get("")).Message;

        Assert.All(words, word => Assert.Contains(word, message, StringComparison.Ordinal));
        Assert.DoesNotContain("secret", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("127.0.0.1:1")]
    [InlineData("no-such-redis.invalid:6379")]
    public async Task A_server_that_is_not_there_is_named_in_few_words(string configuration)
    {
        await using var connection = new RedisConnection(new SxtRedisOptions { Configuration = configuration }, NoServices.Instance);

        var failure = await Assert.ThrowsAsync<RedisUnavailableException>(
            async () => await new RedisSessionStore(connection).ReadAsync("test", TestContext.Current.CancellationToken));

        Assert.Contains($"There is no connection to Redis at {configuration} (", failure.Message, StringComparison.Ordinal);
        Assert.Contains("Check the connection that AddRedis was given", failure.Message, StringComparison.Ordinal);
        Assert.InRange(failure.Message.Length, 1, 200);
    }
}
