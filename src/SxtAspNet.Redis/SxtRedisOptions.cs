using StackExchange.Redis;

namespace SxtAspNet.Redis;

/// <summary>How an identity's session is shared through Redis.</summary>
public sealed class SxtRedisOptions
{
    /// <summary>
    /// A StackExchange.Redis configuration string such as "localhost:6379,password=…". Set this, or
    /// <see cref="ConnectionStringName"/>, or <see cref="ConnectionMultiplexerFactory"/>.
    /// </summary>
    public string? Configuration { get; set; }

    /// <summary>The name of a connection string in the app's configuration (section ConnectionStrings).</summary>
    public string? ConnectionStringName { get; set; }

    /// <summary>Gives a connection that the app owns; it is never disposed here.</summary>
    public Func<IServiceProvider, Task<IConnectionMultiplexer>>? ConnectionMultiplexerFactory { get; set; }

    /// <summary>
    /// The settings of a client that the app described in code. A configuration string does not hold all of them: not
    /// its callbacks, and not how it reconnects.
    /// </summary>
    internal ConfigurationOptions? ClientOptions { get; set; }

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
