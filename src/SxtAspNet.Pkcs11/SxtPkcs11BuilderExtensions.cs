using Microsoft.Extensions.Logging;
using SxtAspNet;
using SxtAspNet.Pkcs11;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Lets an identity have keys in devices with a PKCS#11 module.</summary>
public static class SxtPkcs11BuilderExtensions
{
    /// <summary>
    /// Opens the entries of <see cref="SxtOptions.Keys"/> with <c>Pkcs11</c>. Such a key only signs, so a farm that shares its
    /// session needs a seal of its own.
    /// </summary>
    /// <param name="builder">The identity.</param>
    /// <returns>The identity.</returns>
    public static SxtBuilder AddPkcs11(this SxtBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddKeyKind(provider => new Pkcs11KeyKind(provider.GetRequiredService<ILoggerFactory>()));
    }
}
