using Microsoft.Extensions.Caching.StackExchangeRedis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using SxtAspNet;
using SxtAspNet.Redis;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Shares an identity's session through Redis.</summary>
public static class SxtRedisBuilderExtensions
{
    /// <summary>
    /// Shares the session through the Redis that the app uses already: with the settings and InstanceName that it gave to
    /// AddStackExchangeRedisCache, else through its <see cref="IConnectionMultiplexer"/>, also when that is registered under a key, as by
    /// Aspire's AddKeyedRedisClient. A connection of the app (also of ConnectionMultiplexerFactory) is shared and never disposed; where
    /// the app gave only settings, a connection is opened with them.
    /// </summary>
    /// <param name="builder">The identity.</param>
    /// <returns>The identity.</returns>
    public static SxtBuilder AddRedis(this SxtBuilder builder) => builder.AddRedis(static _ => { });

    /// <summary>Shares the session through a Redis.</summary>
    /// <param name="builder">The identity.</param>
    /// <param name="configuration">A StackExchange.Redis configuration string such as "localhost:6379,password=…".</param>
    /// <returns>The identity.</returns>
    /// <exception cref="ArgumentException">The configuration string is empty.</exception>
    public static SxtBuilder AddRedis(this SxtBuilder builder, string configuration)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(configuration);
        return builder.AddRedis(options => options.Configuration = configuration);
    }

    /// <summary>Shares the session through a Redis. Without a connection in the options, the app's own is used.</summary>
    /// <param name="builder">The identity.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The identity.</returns>
    public static SxtBuilder AddRedis(this SxtBuilder builder, Action<SxtRedisOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        var services = builder.Services;
        var name = builder.Name;
        services.AddOptions<SxtRedisOptions>(name).Configure(configure).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IPostConfigureOptions<SxtRedisOptions>, PostConfigureRedisOptions>(
            provider => new PostConfigureRedisOptions(provider, services)));
        if (services.Any(service => service.IsKeyedService && service.ServiceType == typeof(RedisConnection) && Equals(service.ServiceKey, name)))
        {
            return builder;
        }

        services.AddSingleton<IValidateOptions<SxtRedisOptions>>(
            provider => new ValidateRedisOptions(builder, provider.GetRequiredService<IServiceProviderIsKeyedService>()));

        // A service of its own, so that the container disposes it.
        services.AddKeyedSingleton(name, (provider, _) => new RedisConnection(Settings(provider, name), provider));
        return builder.ShareSession(provider =>
        {
            var settings = Settings(provider, name);
            var connection = provider.GetRequiredKeyedService<RedisConnection>(name);
            return new SxtSessionSharing
            {
                Store = new RedisSessionStore(connection),
                Lock = new RedisLockProvider(connection, settings.LockLease),
                Notices = new RedisNotices(connection),
                Prefix = settings.Prefix,
            };
        });
    }

    private static SxtRedisOptions Settings(IServiceProvider provider, string name) =>
        provider.GetRequiredService<IOptionsMonitor<SxtRedisOptions>>().Get(name);

    /// <summary>The keys under which the app has a multiplexer; a container tells only whether it has one under a given key.</summary>
    internal static object[] KeysOfMultiplexers(IServiceCollection services) =>
        [.. services.Where(service => service.IsKeyedService && service.ServiceType == typeof(IConnectionMultiplexer))
            .Select(service => service.ServiceKey).OfType<object>().Distinct()];

    internal static string Quoted(object[] keys) => string.Join(", ", keys.Select(static key => $"'{key}'"));

    /// <summary>Finds the connection where the app named none: what it gave to the distributed cache, else its multiplexer.</summary>
    private sealed class PostConfigureRedisOptions(IServiceProvider provider, IServiceCollection services) : IPostConfigureOptions<SxtRedisOptions>
    {
        public void PostConfigure(string? name, SxtRedisOptions options)
        {
            if (options.ConnectionStringName is { } connection && options.Configuration is null)
            {
                options.Configuration = provider.GetService<IConfiguration>()?.GetConnectionString(connection);
            }

            if (options.Configuration is not null || options.ConnectionStringName is not null
                || options.ConfigurationOptionsFactory is not null || options.ConnectionMultiplexerFactory is not null)
            {
                return;
            }

            var cache = provider.GetRequiredService<IOptions<RedisCacheOptions>>().Value;
            if (options.ServiceKey is { } key)
            {
                UseKeyed(options, key);
            }
            else if ((cache.ConnectionMultiplexerFactory ?? (object?)cache.ConfigurationOptions ?? cache.Configuration) is not null)
            {
                options.Prefix = cache.InstanceName + options.Prefix;
                options.ConnectionMultiplexerFactory = cache.ConnectionMultiplexerFactory is { } factory ? _ => factory() : null;
                options.ConfigurationOptionsFactory = cache.ConfigurationOptions is { } configuration ? () => configuration : null;
                options.Configuration = cache.Configuration;
            }
            else if (provider.GetRequiredService<IServiceProviderIsService>().IsService(typeof(IConnectionMultiplexer)))
            {
                options.ConnectionMultiplexerFactory =
                    provider => Task.FromResult(provider.GetRequiredService<IConnectionMultiplexer>());
            }
            else if (KeysOfMultiplexers(services) is [var only])
            {
                UseKeyed(options, only);
            }
        }

        private static void UseKeyed(SxtRedisOptions options, object key) => options.ConnectionMultiplexerFactory =
            provider => Task.FromResult(provider.GetRequiredKeyedService<IConnectionMultiplexer>(key));
    }
}
