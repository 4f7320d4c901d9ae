using Microsoft.Extensions.Configuration;
using SxtAspNet.DependencyInjection;
using SxtAspNet.Redis;

namespace SxtAspNet.Tool.Doctor;

/// <summary>Where an app's settings are, and what its code says that no setting tells.</summary>
internal sealed class ExaminedSettings
{
    /// <summary>The name of the connection string that is looked for when none is given.</summary>
    public const string UsualRedis = "redis";

    public required IConfiguration Configuration { get; init; }

    /// <summary>The app's folder.</summary>
    public required string Folder { get; init; }

    public required string Environment { get; init; }

    /// <summary>The section that the app gives to AddSxt.</summary>
    public required string Section { get; init; }

    /// <summary>The name of the connection string that the app gives to AddRedis, as far as the caller said it.</summary>
    public string? RedisName { get; init; }

    /// <summary>The section that the app binds to AddRedis's options, if it does.</summary>
    public required string RedisSection { get; init; }

    public string? Prefix { get; init; }

    public int? Database { get; init; }

    public string? RedisConnection => Configuration.GetConnectionString(NamedRedis?.Name ?? UsualRedis);

    /// <summary>The connection string's name where somebody gave one, and the option or setting that has it.</summary>
    public (string Name, string GivenBy)? NamedRedis =>
        RedisName is not null ? (RedisName, "--redis")
        : Configuration.GetSection(RedisSection)[nameof(SxtRedisOptions.ConnectionStringName)] is { Length: > 0 } name
            ? (name, $"{RedisSection}:{nameof(SxtRedisOptions.ConnectionStringName)}")
        : null;

    /// <summary>Sets all but the connection.</summary>
    /// <returns>What is wrong with the section of AddRedis's options.</returns>
    public IReadOnlyList<string> ConfigureRedis(SxtRedisOptions redis)
    {
        var settings = Setting.Of<SxtRedisOptions>();

        // It can be set, but not read, and the app's binder passes over such a one.
        settings.Members!.Remove(nameof(redis.Configuration));
        var problems = ConfigurationReader.ReadOptional(Configuration.GetSection(RedisSection), settings, redis);
        redis.Prefix = Prefix ?? redis.Prefix;
        redis.Database = Database ?? redis.Database;
        return problems;
    }
}
