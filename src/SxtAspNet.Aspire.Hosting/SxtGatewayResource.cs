using SxtAspNet;
using SxtAspNet.Aspire.Hosting;
using SxtAspNet.Testing;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>The Space and Time gateway: an emulator in the app host's process, or a URL.</summary>
/// <param name="name">The name of the resource.</param>
public sealed class SxtGatewayResource(string name) : Resource(name)
{
    /// <summary>Whether apps get the emulator; only ever in run mode.</summary>
    internal bool IsEmulated { get; set; }

    internal SxtGatewayEmulatorOptions EmulatorOptions { get; } = new();

    internal GatewayEmulation Emulation { get; } = new();

    internal ReferenceExpression GatewayUrl { get; set; } = ReferenceExpression.Create($"{SxtDefaults.GatewayUrl}");

    internal ReferenceExpression? ProxyUrl { get; set; }

    internal ReferenceExpression? UserId { get; set; }

    internal ParameterResource? ApiKey { get; set; }

    /// <summary>
    /// The emulator, once it has started: to count calls in a test of the app host, or to inject faults.
    /// </summary>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>The emulator; it ends with the app host.</returns>
    /// <exception cref="InvalidOperationException">This resource is not emulated.</exception>
    public async Task<SxtGatewayEmulator> GetEmulatorAsync(CancellationToken cancellationToken = default) => IsEmulated
        ? await Emulation.Started.WaitAsync(cancellationToken).ConfigureAwait(false)
        : throw new InvalidOperationException($"The gateway '{Name}' is not emulated: the app host publishes, or called RunWithoutEmulator.");
}
