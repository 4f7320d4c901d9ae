using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace SxtAspNet.Redis;

/// <summary>Checks how an identity is shared through Redis; every problem goes into one message.</summary>
internal sealed class ValidateRedisOptions(SxtBuilder builder, IServiceProviderIsKeyedService services) : IValidateOptions<SxtRedisOptions>
{
    public ValidateOptionsResult Validate(string? name, SxtRedisOptions options)
    {
        // Sharing may have been taken away again, as the emulator does.
        if (name != builder.Name || !services.IsKeyedService(typeof(SxtSessionSharing), name))
        {
            return ValidateOptionsResult.Skip;
        }

        List<string> problems = [];
        var keys = SxtRedisBuilderExtensions.KeysOfMultiplexers(builder.Services);
        if (options.ServiceKey is { } key && !keys.Contains(key) && !keys.Contains(KeyedService.AnyKey))
        {
            problems.Add($"ServiceKey is '{key}', but no IConnectionMultiplexer is registered under that key; "
                + (keys.Length == 0 ? "there is none with a key." : $"there are {SxtRedisBuilderExtensions.Quoted(keys)}."));
        }
        else if (options.ConnectionMultiplexerFactory is null && options.ConfigurationOptionsFactory is null)
        {
            if (options.Configuration is null)
            {
                problems.Add(options.ConnectionStringName is { } connection
                    ? $"there is no connection string '{connection}'; add it to the section ConnectionStrings."
                    : keys.Length > 1 ? $"the app has several IConnectionMultiplexers; set ServiceKey to one of {SxtRedisBuilderExtensions.Quoted(keys)}."
                    : "no connection is known; give AddRedis a connection string, or register AddStackExchangeRedisCache or an IConnectionMultiplexer.");
            }
            else if (ConnectionString.ProblemOf(options.Configuration) is { } problem)
            {
                problems.Add(problem);
            }
        }

        if (options.LockLease < TimeSpan.FromSeconds(0.5) || options.LockLease > TimeSpan.FromMinutes(1))
        {
            problems.Add($"LockLease is {options.LockLease}; it must be between half a second and a minute.");
        }

        if (string.IsNullOrEmpty(options.Prefix))
        {
            problems.Add("Prefix is empty; without one, keys of other programs can't be told apart.");
        }

        return problems.Count == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"AddRedis of {builder}: {string.Join(' ', problems)}");
    }
}
