using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace SxtAspNet.DependencyInjection;

/// <summary>
/// Binds Authentication:Schemes:{scheme}. What the binder would silently ignore or stumble over is left out and noted,
/// so that the validation reports it together with everything else.
/// </summary>
internal sealed class ConfigureSxtBearerOptions(IAuthenticationConfigurationProvider configuration) : IConfigureNamedOptions<SxtBearerOptions>
{
    public void Configure(SxtBearerOptions options) => Configure(Options.DefaultName, options);

    public void Configure(string? name, SxtBearerOptions options)
    {
        if (string.IsNullOrEmpty(name))
        {
            return;
        }

        var check = ConfigurationCheck.RunForBearer(configuration.GetSchemeConfiguration(name));
        options.ConfigurationProblems.AddRange(check.Problems);
        IConfiguration sound = new ConfigurationBuilder().AddInMemoryCollection(check.SoundValues).Build();
        sound.Bind(options);
    }
}
