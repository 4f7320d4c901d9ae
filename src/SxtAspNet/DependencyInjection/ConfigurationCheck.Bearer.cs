using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace SxtAspNet.DependencyInjection;

/// <content>The settings of an authentication scheme for callers.</content>
internal sealed partial class ConfigurationCheck
{
    internal static IEnumerable<string> BearerSettingNames => Bearer.Root.Members!.Keys;

    /// <summary>Checks the section of a scheme, which may be missing: code may set all options.</summary>
    public static ConfigurationCheck RunForBearer(IConfiguration section)
    {
        var path = (section as IConfigurationSection)?.Path;
        var check = new ConfigurationCheck(path is null ? 0 : path.Length + 1);
        if ((section as IConfigurationSection)?.Value is { Length: > 0 } && !section.GetChildren().Any())
        {
            check.Problems.Add($"'{path}' must be {Bearer.Root.Form}, but is a single value.");
        }

        check.CheckMembers(section, Bearer.Root.Members!, path);
        return check;
    }

    private static class Bearer
    {
        private static readonly Setting Count = Setting.Value(
            "a whole number", value => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out _));

        public static readonly Setting Root = Setting.Object(new()
        {
            [nameof(SxtBearerOptions.GatewayUrl)] = Url,
            [nameof(SxtBearerOptions.AllowedUsers)] = Setting.List("a list of user ids: \"AllowedUsers\": [ \"…\" ]", Text),
            [nameof(SxtBearerOptions.AllowedSubscriptions)] = Setting.List("a list of subscriptions: \"AllowedSubscriptions\": [ \"…\" ]", Text),
            [nameof(SxtBearerOptions.AllowAnyUser)] = Switch,
            [nameof(SxtBearerOptions.AllowedOrigins)] = Setting.List("a list of URLs: \"AllowedOrigins\": [ \"https://…\" ]", Url),
            [nameof(SxtBearerOptions.CacheTime)] = Duration,
            [nameof(SxtBearerOptions.RefusalCacheTime)] = Duration,
            [nameof(SxtBearerOptions.CacheSize)] = Count,
            [nameof(SxtBearerOptions.MaxConcurrentValidations)] = Count,
            [nameof(SxtBearerOptions.GatewayTimeout)] = Duration,
            [nameof(SxtBearerOptions.ClockSkew)] = Duration,
            [nameof(SxtBearerOptions.SaveToken)] = Switch,
            [nameof(SxtBearerOptions.IncludeErrorDetails)] = Switch,
            [nameof(SxtBearerOptions.Realm)] = Text,
            [nameof(SxtBearerOptions.ClaimsIssuer)] = Text,
            [nameof(SxtBearerOptions.ForwardDefault)] = Text,
            [nameof(SxtBearerOptions.ForwardAuthenticate)] = Text,
            [nameof(SxtBearerOptions.ForwardChallenge)] = Text,
            [nameof(SxtBearerOptions.ForwardForbid)] = Text,
        });
    }
}
