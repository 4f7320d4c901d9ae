using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SxtAspNet.Gateway;

namespace SxtAspNet.DependencyInjection;

/// <summary>Checks the options as a whole; every problem goes into one message.</summary>
internal sealed class ValidateSxtOptions(
    IServiceProvider provider,
    IServiceProviderIsKeyedService services,
    IEnumerable<IdentityRegistration> identities) : IValidateOptions<SxtOptions>
{
    internal const int MostReplayBuffer = 64 * 1024 * 1024;

    internal static readonly OptionLimit<SxtOptions, TimeSpan>[] TimeLimits =
    [
        new(nameof(SxtOptions.RenewBefore), options => options.RenewBefore, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(20)),
        new(nameof(SxtOptions.RenewJitter), options => options.RenewJitter, TimeSpan.Zero, TimeSpan.FromMinutes(5)),
        new(nameof(SxtOptions.GatewayTimeout), options => options.GatewayTimeout, TimeSpan.FromSeconds(0.1), TimeSpan.FromMinutes(2)),
        new(nameof(SxtOptions.KeyTimeout), options => options.KeyTimeout, TimeSpan.FromSeconds(0.1), TimeSpan.FromMinutes(2)),
        new(nameof(SxtOptions.AcquireTimeout), options => options.AcquireTimeout, TimeSpan.FromSeconds(0.1), TimeSpan.FromMinutes(10)),
        new(nameof(SxtOptions.StoreTimeout), options => options.StoreTimeout, TimeSpan.FromSeconds(0.1), TimeSpan.FromSeconds(30)),
        new(nameof(SxtOptions.StorePollInterval), options => options.StorePollInterval, TimeSpan.FromSeconds(0.1), TimeSpan.FromMinutes(5)),
    ];

    public ValidateOptionsResult Validate(string? name, SxtOptions options)
    {
        if (!identities.Any(identity => identity.Name == name))
        {
            return ValidateOptionsResult.Skip;
        }

        var problems = FindProblems(name!, options);
        return problems.Count == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"{IdentityName.Describe(name!)}: {string.Join(' ', problems)}");
    }

    /// <summary>All that is wrong with an identity's options, a sentence for each.</summary>
    public IReadOnlyList<string> FindProblems(string name, SxtOptions options)
    {
        List<string> problems = [.. options.ConfigurationProblems];
        CheckSection(name, options, problems);
        CheckUser(name, options, problems);
        CheckUrls(options, problems);
        CheckKeys(name, options, problems);
        CheckTimes(options, problems);
        if (options.MaxReplayBufferSize is < 0 or > MostReplayBuffer)
        {
            problems.Add($"MaxReplayBufferSize is {options.MaxReplayBufferSize}; it must be between 0 (off) and {MostReplayBuffer} (bytes).");
        }

        CheckBackchannel(options.BackchannelHttpHandler, problems);
        if (!Enum.IsDefined(options.LoginAtStartup))
        {
            problems.Add($"LoginAtStartup is not one of {string.Join(", ", Enum.GetNames<SxtLoginAtStartup>())}.");
        }

        return problems;
    }

    /// <summary>A section that is not there is no problem where code has set what an identity needs.</summary>
    private void CheckSection(string name, SxtOptions options, List<string> problems)
    {
        if (options.MissingSection is { } section && (string.IsNullOrEmpty(options.UserId) || !HasKeys(name, options)))
        {
            problems.Add($"The section '{section}' is missing or empty. Add it to appsettings.json or user secrets, or set environment variables such as "
                + $"{section.Replace(":", "__", StringComparison.Ordinal)}__UserId.");
        }
    }

    /// <summary>Without one, the keys may all be API keys; what they are shows when they are opened (<see cref="UserIdCheck"/>).</summary>
    private void CheckUser(string name, SxtOptions options, List<string> problems)
    {
        if (!string.IsNullOrEmpty(options.UserId) || !HasKeys(name, options))
        {
            OptionRules.CheckUser(nameof(options.UserId), options.UserId, problems);
        }
    }

    private static void CheckUrls(SxtOptions options, List<string> problems)
    {
        if (options.GatewayUrl is null)
        {
            problems.Add("GatewayUrl is missing; leave it out for the production gateway.");
        }
        else
        {
            OptionRules.CheckUrl("GatewayUrl", options.GatewayUrl, mayHavePath: true, problems);
        }

        if (options.ProxyUrl is null)
        {
            problems.Add("ProxyUrl is missing; leave it out for the network's own proxy.");
        }
        else
        {
            OptionRules.CheckUrl("ProxyUrl", options.ProxyUrl, mayHavePath: true, problems);
        }

        for (var index = 0; index < options.AllowedOrigins.Count; index++)
        {
            OptionRules.CheckUrl($"AllowedOrigins[{index}]", options.AllowedOrigins[index], mayHavePath: false, problems);
        }
    }

    internal static void CheckBackchannel(HttpMessageHandler? handler, List<string> problems)
    {
        if (Backchannel.Harden(handler) is { } problem)
        {
            problems.Add(problem);
        }
    }

    private void CheckKeys(string name, SxtOptions options, List<string> problems)
    {
        if (!HasKeys(name, options))
        {
            problems.Add("Keys is empty; add at least one key, for example \"Keys\": [ { \"File\": \"/run/secrets/sxt.pem\" } ].");
        }

        var kinds = provider.GetRequiredKeyedService<KeyKinds>(name);
        for (var index = 0; index < options.Keys.Count; index++)
        {
            kinds.Check($"Keys[{index}]", options.Keys[index], problems);
        }

        for (var index = 0; index < options.Seal.Count; index++)
        {
            kinds.CheckSeal($"Seal[{index}]", options.Seal[index], problems);
        }

        if (services.IsKeyedService(typeof(DataProtectionUse), name) && (options.Seal.Count > 0 || services.IsKeyedService(typeof(ISxtSealSource), name)))
        {
            problems.Add("Seal and UseDataProtection() exclude each other; keep one of them.");
        }
    }

    private bool HasKeys(string name, SxtOptions options) =>
        options.Keys.Count > 0 || services.IsKeyedService(typeof(ISxtKeySource), name);

    private static void CheckTimes(SxtOptions options, List<string> problems)
    {
        OptionRules.CheckTimes(TimeLimits, options, problems);
        if (options.RenewBefore <= options.GatewayTimeout + options.RenewJitter)
        {
            problems.Add($"RenewBefore ({options.RenewBefore}) must be longer than GatewayTimeout plus RenewJitter "
                + $"({options.GatewayTimeout + options.RenewJitter}), or a failed renewal can't be tried again before the token expires.");
        }
    }
}
