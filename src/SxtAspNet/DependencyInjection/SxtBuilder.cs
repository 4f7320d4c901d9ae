using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using SxtAspNet.DependencyInjection;

namespace SxtAspNet;

/// <summary>Adds to one Space and Time identity; returned by <c>AddSxt</c>.</summary>
public sealed class SxtBuilder
{
    internal SxtBuilder(IServiceCollection services, string name)
    {
        Services = services;
        Name = name;
    }

    /// <summary>The app's services.</summary>
    public IServiceCollection Services { get; }

    /// <summary>The identity's name; empty for the default one.</summary>
    public string Name { get; }

    /// <summary>Adds a source of a signing key, tried after the configured <see cref="SxtOptions.Keys"/>.</summary>
    /// <param name="factory">Makes the source when the identity is first used.</param>
    /// <returns>This builder.</returns>
    public SxtBuilder AddKeySource(Func<IServiceProvider, ISxtKeySource> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        Services.AddKeyedSingleton(Name, (provider, _) => factory(provider));
        return this;
    }

    /// <summary>Adds a source of the seal, used after the configured <see cref="SxtOptions.Seal"/>.</summary>
    /// <param name="factory">Makes the source when the identity is first used.</param>
    /// <returns>This builder.</returns>
    public SxtBuilder AddSealSource(Func<IServiceProvider, ISxtSealSource> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        Services.AddKeyedSingleton(Name, (provider, _) => factory(provider));
        return this;
    }

    /// <summary>
    /// Seals the session that a farm shares by the app's ASP.NET Core Data Protection, bound to gateway, user and record, instead of by a
    /// key or a <see cref="SxtOptions.Seal"/>. All instances need the same key ring and application name (SetApplicationName).
    /// </summary>
    /// <returns>This builder.</returns>
    public SxtBuilder UseDataProtection()
    {
        Services.AddDataProtection();
        Services.TryAddKeyedSingleton<DataProtectionUse>(Name);
        return this;
    }

    /// <summary>
    /// Lets the <see cref="SxtOptions.Keys"/> have entries of one more kind. For packages; the second call for the same
    /// kind does nothing.
    /// </summary>
    /// <typeparam name="TOptions">The settings of an entry of this kind.</typeparam>
    /// <param name="factory">Makes the kind when the identity's options are first read. It must not read them itself.</param>
    /// <returns>This builder.</returns>
    public SxtBuilder AddKeyKind<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicProperties)] TOptions>(
        Func<IServiceProvider, ISxtKeyKind<TOptions>> factory)
        where TOptions : class, new()
    {
        ArgumentNullException.ThrowIfNull(factory);
        KeyServices.AddKind(Services, Name, factory);
        return this;
    }

    /// <summary>
    /// Shares the identity's session with other instances through an engine. For packages, and for engines that have none;
    /// of several calls the first one counts.
    /// </summary>
    /// <param name="factory">
    /// Says by what means, when the identity is first used. What has to be disposed is best registered as a service of its
    /// own: the container disposes it then.
    /// </param>
    /// <returns>This builder.</returns>
    public SxtBuilder ShareSession(Func<IServiceProvider, SxtSessionSharing> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        Services.TryAddKeyedSingleton(Name, (provider, _) => factory(provider));
        return this;
    }

    /// <summary>Names the identity in messages: "Space and Time identity 'reports'".</summary>
    public override string ToString() => IdentityName.Describe(Name);
}
