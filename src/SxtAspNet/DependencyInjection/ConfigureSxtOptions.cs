using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace SxtAspNet.DependencyInjection;

/// <summary>Sets an identity's options by a configuration section; what is wrong with it is noted for the validation.</summary>
internal sealed class ConfigureSxtOptions(string name, IConfiguration configuration, KeyKinds kinds) : IConfigureNamedOptions<SxtOptions>
{
    public void Configure(SxtOptions options) => Configure(Options.DefaultName, options);

    public void Configure(string? optionsName, SxtOptions options)
    {
        if (optionsName == name)
        {
            options.ConfigurationProblems.AddRange(ConfigurationReader.Read(configuration, kinds.Root, options));
            if (ConfigurationReader.IsMissing(configuration))
            {
                options.MissingSection = ((IConfigurationSection)configuration).Path;
            }
        }
    }
}
