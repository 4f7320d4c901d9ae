using Microsoft.Extensions.Options;

namespace SxtAspNet.DependencyInjection;

/// <summary>Checks the options of a scheme as a whole; every problem goes into one message.</summary>
internal sealed class ValidateSxtBearerOptions(IEnumerable<BearerRegistration> registrations) : IValidateOptions<SxtBearerOptions>
{
    internal static readonly OptionLimit<SxtBearerOptions, TimeSpan>[] TimeLimits =
    [
        new(nameof(SxtBearerOptions.CacheTime), options => options.CacheTime, TimeSpan.Zero, TimeSpan.FromMinutes(25)),
        new(nameof(SxtBearerOptions.RefusalCacheTime), options => options.RefusalCacheTime, TimeSpan.Zero, TimeSpan.FromMinutes(25)),
        new(nameof(SxtBearerOptions.GatewayTimeout), options => options.GatewayTimeout, TimeSpan.FromSeconds(0.1), TimeSpan.FromMinutes(2)),
        new(nameof(SxtBearerOptions.ClockSkew), options => options.ClockSkew, TimeSpan.Zero, TimeSpan.FromHours(1)),
    ];

    internal static readonly OptionLimit<SxtBearerOptions, int>[] CountLimits =
    [
        new(nameof(SxtBearerOptions.CacheSize), options => options.CacheSize, 1, 10_000_000),
        new(nameof(SxtBearerOptions.MaxConcurrentValidations), options => options.MaxConcurrentValidations, 1, 10_000),
        new(nameof(SxtBearerOptions.MaxValidationsPerSecond), options => options.MaxValidationsPerSecond, 1, 1_000_000),
        new(nameof(SxtBearerOptions.MaxValidationsPerAddress), options => options.MaxValidationsPerAddress, 1, 1_000_000),
        new(nameof(SxtBearerOptions.MaxRefusalsPerAddress), options => options.MaxRefusalsPerAddress, 1, 1_000_000),
    ];

    public ValidateOptionsResult Validate(string? name, SxtBearerOptions options)
    {
        if (!registrations.Any(registration => registration.Scheme == name))
        {
            return ValidateOptionsResult.Skip;
        }

        List<string> problems = [.. options.ConfigurationProblems];
        CheckCallers(options, problems);
        CheckUrls(options, problems);
        CheckLimits(options, problems);
        ValidateSxtOptions.CheckBackchannel(options.BackchannelHttpHandler, problems);
        if (options.CallerAddress is null)
        {
            problems.Add("CallerAddress is missing; leave it out for the connection's remote address.");
        }

        if (options.Realm is null)
        {
            problems.Add("Realm is missing; leave it out for the default.");
        }

        return problems.Count == 0
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail($"Authentication scheme '{name}': {string.Join(' ', problems)}");
    }

    private static void CheckCallers(SxtBearerOptions options, List<string> problems)
    {
        var isListed = options.AllowedUsers.Count + options.AllowedSubscriptions.Count > 0;
        if (!isListed && !options.AllowAnyUser)
        {
            problems.Add("Nothing says who may call. Tokens of Space and Time name no audience, and every user of the network "
                + "holds one; set AllowedUsers or AllowedSubscriptions, or AllowAnyUser if this app decides itself what each user may do.");
        }
        else if (isListed && options.AllowAnyUser)
        {
            problems.Add("AllowAnyUser makes AllowedUsers and AllowedSubscriptions meaningless; keep one of them.");
        }

        CheckTexts(nameof(options.AllowedUsers), options.AllowedUsers);
        CheckTexts(nameof(options.AllowedSubscriptions), options.AllowedSubscriptions);

        void CheckTexts(string setting, IList<string> texts)
        {
            if (texts.Any(text => string.IsNullOrEmpty(text) || text.Any(character => char.IsWhiteSpace(character) || char.IsControl(character))))
            {
                problems.Add($"{setting} has an entry that is empty or holds white space; correct it.");
            }
        }
    }

    private static void CheckUrls(SxtBearerOptions options, List<string> problems)
    {
        if (options.GatewayUrl is not null)
        {
            OptionRules.CheckUrl(nameof(options.GatewayUrl), options.GatewayUrl, mayHavePath: true, problems);
        }

        for (var index = 0; index < options.AllowedOrigins.Count; index++)
        {
            OptionRules.CheckUrl($"{nameof(options.AllowedOrigins)}[{index}]", options.AllowedOrigins[index], mayHavePath: false, problems);
        }
    }

    private static void CheckLimits(SxtBearerOptions options, List<string> problems)
    {
        OptionRules.CheckTimes(TimeLimits, options, problems);
        foreach (var limit in CountLimits)
        {
            limit.Check(options, "", problems);
        }
    }
}
