using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace SxtAspNet.DependencyInjection;

/// <summary>Sets a scheme's options by Authentication:Schemes:{scheme}; what is wrong there is noted for the validation.</summary>
internal sealed class ConfigureSxtBearerOptions(IAuthenticationConfigurationProvider configuration) : IConfigureNamedOptions<SxtBearerOptions>
{
    internal static readonly Setting Settings = Setting.Of<SxtBearerOptions>();

    public void Configure(SxtBearerOptions options) => Configure(Options.DefaultName, options);

    public void Configure(string? name, SxtBearerOptions options)
    {
        if (!string.IsNullOrEmpty(name))
        {
            options.ConfigurationProblems.AddRange(
                ConfigurationReader.ReadOptional(configuration.GetSchemeConfiguration(name), Settings, options));
        }
    }
}
