using StackExchange.Redis;

namespace SxtAspNet.Redis;

/// <summary>How an identity's session is shared through Redis.</summary>
public sealed class SxtRedisOptions
{
    /// <summary>
    /// A StackExchange.Redis configuration string such as "localhost:6379,password=…". Set this, or
    /// <see cref="ConnectionStringName"/>, or <see cref="ConfigurationOptionsFactory"/>, or
    /// <see cref="ConnectionMultiplexerFactory"/>, or <see cref="ServiceKey"/>. It may hold a password, so it can be set, but not
    /// read, and these options can be logged or serialized. A section that is bound to them names a
    /// <see cref="ConnectionStringName"/> instead.
    /// </summary>
    public string? Configuration { internal get; set; }

    /// <summary>The name of a connection string in the app's configuration (section ConnectionStrings).</summary>
    public string? ConnectionStringName { get; set; }

    /// <summary>Gives a connection that the app owns; it is never disposed here.</summary>
    public Func<IServiceProvider, Task<IConnectionMultiplexer>>? ConnectionMultiplexerFactory { get; set; }

    /// <summary>
    /// The key of the app's <see cref="IConnectionMultiplexer"/>, where it has several, each as a keyed service: for Aspire's
    /// AddKeyedRedisClient("cache"), "cache". It is the app's, and never disposed here.
    /// </summary>
    public object? ServiceKey { get; set; }

    /// <summary>
    /// Gives the settings of a client: what a configuration string can't hold, such as callbacks, certificates, the way
    /// it reconnects, and credentials that expire. It is called when a connection is opened, and again when no server that takes
    /// writes has been connected for 30 seconds (then after 1, 2, 4 minutes and so on). What it gives is copied; set it instead of
    /// <see cref="Configuration"/>.
    /// </summary>
    public Func<ConfigurationOptions>? ConfigurationOptionsFactory { get; set; }

    /// <summary>
    /// What all keys begin with. Instances with the same prefix, gateway and user share one session; different
    /// prefixes never share. Default: "sxt:".
    /// </summary>
    public string Prefix { get; set; } = "sxt:";

    /// <summary>The database; the connection's default one when not set.</summary>
    public int? Database { get; set; }

    /// <summary>
    /// How long the renewal lock outlives an instance that died with it. Alive, an instance keeps extending it.
    /// Default: 5 seconds.
    /// </summary>
    public TimeSpan LockLease { get; set; } = TimeSpan.FromSeconds(5);
}
