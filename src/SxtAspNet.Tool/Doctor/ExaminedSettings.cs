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

    public string? RedisConnection => Configuration.GetConnectionString(RedisName ?? UsualRedis);

    /// <summary>What is wrong with the section of AddRedis's options.</summary>
    public IReadOnlyList<string> ConfigureRedis(SxtRedisOptions redis)
    {
        var problems = ConfigurationReader.ReadOptional(Configuration.GetSection(RedisSection), Setting.Of<SxtRedisOptions>(), redis);
        redis.Prefix = Prefix ?? redis.Prefix;
        redis.Database = Database ?? redis.Database;
        return problems;
    }
}
