using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SxtAspNet.Diagnostics;

namespace SxtAspNet.DependencyInjection;

/// <summary>
/// Creates the options; when a change of the configuration makes them invalid, the last valid ones stay in use. The
/// framework's factory would throw into whatever noticed the change, and leave the monitor with nothing.
/// </summary>
internal sealed class SxtOptionsFactory(
    IEnumerable<IConfigureOptions<SxtOptions>> configure,
    IEnumerable<IPostConfigureOptions<SxtOptions>> postConfigure,
    IEnumerable<IValidateOptions<SxtOptions>> validate,
    ILogger<SxtOptions> logger) : IOptionsFactory<SxtOptions>
{
    private readonly SteadyLogger _logger = new(logger);
    private readonly OptionsFactory<SxtOptions> _factory = new(configure, postConfigure, validate);
    private readonly ConcurrentDictionary<string, SxtOptions> _lastValid = [];

    public SxtOptions Create(string name)
    {
        try
        {
            return _lastValid[name] = _factory.Create(name);
        }
        catch (OptionsValidationException exception) when (_lastValid.TryGetValue(name, out var lastValid))
        {
            _logger.InvalidReload(IdentityName.Display(name), exception.Message);
            return lastValid;
        }
    }
}
