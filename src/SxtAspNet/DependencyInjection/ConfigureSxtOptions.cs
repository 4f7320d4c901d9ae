using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace SxtAspNet.DependencyInjection;

/// <summary>
/// Binds a configuration section. What the binder would silently ignore or stumble over is left out and noted, so that
/// the validation reports it together with everything else.
/// </summary>
internal sealed class ConfigureSxtOptions(string name, IConfiguration configuration) : IConfigureNamedOptions<SxtOptions>
{
    public void Configure(SxtOptions options) => Configure(Options.DefaultName, options);

    public void Configure(string? optionsName, SxtOptions options)
    {
        if (optionsName != name)
        {
            return;
        }

        var check = ConfigurationCheck.Run(configuration);
        options.ConfigurationProblems.AddRange(check.Problems);
        IConfiguration sound = new ConfigurationBuilder().AddInMemoryCollection(check.SoundValues).Build();
        sound.Bind(options);
    }
}
