using Aspire.Hosting.ApplicationModel;

namespace SxtAspNet.Aspire.Hosting;

/// <summary>The settings that an app gets which refers to a gateway: those that AddSxt reads.</summary>
internal static class GatewaySettings
{
    public static async Task SetAsync(SxtGatewayResource gateway, string section, EnvironmentCallbackContext context)
    {
        var prefix = $"{section.Replace(":", "__", StringComparison.Ordinal)}__";
        void Set(string setting, object? value)
        {
            if (value is not null)
            {
                context.EnvironmentVariables[prefix + setting] = value;
            }
        }

        if (gateway.IsEmulated)
        {
            var emulator = await gateway.GetEmulatorAsync(context.CancellationToken).ConfigureAwait(false);
            Set(nameof(SxtOptions.GatewayUrl), emulator.BaseAddress.AbsoluteUri);
            Set(nameof(SxtOptions.ProxyUrl), emulator.BaseAddress.AbsoluteUri);
            Set(nameof(SxtOptions.UserId), GatewayEmulation.UserId);
            Set($"{nameof(SxtOptions.Keys)}__0__{nameof(SxtKeyOptions.File)}", gateway.Emulation.KeyFile);

            // A developer's own API key, in user secrets, is of the same entry, which can be one thing only.
            Set($"{nameof(SxtOptions.Keys)}__0__{nameof(SxtKeyOptions.ApiKey)}", "");
            return;
        }

        Set(nameof(SxtOptions.GatewayUrl), gateway.GatewayUrl);
        Set(nameof(SxtOptions.ProxyUrl), gateway.ProxyUrl);
        Set(nameof(SxtOptions.UserId), gateway.UserId);
        Set($"{nameof(SxtOptions.Keys)}__0__{nameof(SxtKeyOptions.ApiKey)}", gateway.ApiKey);
    }
}
