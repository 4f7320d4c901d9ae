using Aspire.Hosting.ApplicationModel;

namespace SxtAspNet.Aspire.Hosting;

/// <summary>The settings that an app gets which refers to a gateway: those that AddSxt reads.</summary>
internal static class GatewaySettings
{
    private static readonly string[] KeyMembers =
    [
        nameof(SxtKeyOptions.ApiKey),
        nameof(SxtKeyOptions.File),
        nameof(SxtKeyOptions.Password),
        nameof(SxtKeyOptions.PasswordFile),
        nameof(SxtKeyOptions.RequirePrivateFile),
    ];

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

        // An entry can be one thing only: what the app's own configuration has in it, such as an API key in user secrets, counts no longer.
        void SetKey(string member, object key)
        {
            foreach (var each in KeyMembers)
            {
                Set($"{nameof(SxtOptions.Keys)}__0__{each}", each == member ? key : "");
            }
        }

        if (gateway.IsEmulated)
        {
            var emulator = await gateway.GetEmulatorAsync(context.CancellationToken).ConfigureAwait(false);
            Set(nameof(SxtOptions.GatewayUrl), emulator.BaseAddress.AbsoluteUri);
            Set(nameof(SxtOptions.ProxyUrl), emulator.BaseAddress.AbsoluteUri);
            Set(nameof(SxtOptions.UserId), GatewayEmulation.UserId);
            SetKey(nameof(SxtKeyOptions.File), gateway.Emulation.KeyFile);
            return;
        }

        Set(nameof(SxtOptions.GatewayUrl), gateway.GatewayUrl);
        Set(nameof(SxtOptions.ProxyUrl), gateway.ProxyUrl);
        Set(nameof(SxtOptions.UserId), gateway.UserId);
        if (gateway.ApiKey is not null)
        {
            SetKey(nameof(SxtKeyOptions.ApiKey), gateway.ApiKey);
        }
    }
}
