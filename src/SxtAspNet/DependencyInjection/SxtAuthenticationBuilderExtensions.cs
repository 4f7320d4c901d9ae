using Microsoft.AspNetCore.Authentication;
using SxtAspNet;
using SxtAspNet.DependencyInjection;
using SxtAspNet.Inbound;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers the authentication scheme for callers that present their own Space and Time token.</summary>
/// <remarks>
/// A caller that presents its token lets this app act as that caller until the token expires: it is meant for services
/// that trust each other.
/// </remarks>
public static class SxtAuthenticationBuilderExtensions
{
    /// <summary>Adds the scheme "SxtBearer", with the settings of Authentication:Schemes:SxtBearer.</summary>
    /// <param name="builder">The app's authentication.</param>
    /// <returns>The app's authentication.</returns>
    public static AuthenticationBuilder AddSxtBearer(this AuthenticationBuilder builder) =>
        builder.AddSxtBearer(SxtBearerDefaults.AuthenticationScheme, static _ => { });

    /// <summary>Adds a scheme, with the settings of Authentication:Schemes:{authenticationScheme}.</summary>
    /// <param name="builder">The app's authentication.</param>
    /// <param name="authenticationScheme">The scheme's name.</param>
    /// <returns>The app's authentication.</returns>
    public static AuthenticationBuilder AddSxtBearer(this AuthenticationBuilder builder, string authenticationScheme) =>
        builder.AddSxtBearer(authenticationScheme, static _ => { });

    /// <summary>Adds the scheme "SxtBearer", with the settings of Authentication:Schemes:SxtBearer and of code.</summary>
    /// <param name="builder">The app's authentication.</param>
    /// <param name="configureOptions">Sets the options, after the configuration.</param>
    /// <returns>The app's authentication.</returns>
    public static AuthenticationBuilder AddSxtBearer(this AuthenticationBuilder builder, Action<SxtBearerOptions> configureOptions) =>
        builder.AddSxtBearer(SxtBearerDefaults.AuthenticationScheme, configureOptions);

    /// <summary>Adds a scheme, with the settings of Authentication:Schemes:{authenticationScheme} and of code.</summary>
    /// <param name="builder">The app's authentication.</param>
    /// <param name="authenticationScheme">The scheme's name.</param>
    /// <param name="configureOptions">Sets the options, after the configuration.</param>
    /// <returns>The app's authentication.</returns>
    public static AuthenticationBuilder AddSxtBearer(
        this AuthenticationBuilder builder, string authenticationScheme, Action<SxtBearerOptions> configureOptions) =>
        builder.AddSxtBearer(authenticationScheme, displayName: null, configureOptions);

    /// <summary>Adds a scheme, with the settings of Authentication:Schemes:{authenticationScheme} and of code.</summary>
    /// <param name="builder">The app's authentication.</param>
    /// <param name="authenticationScheme">The scheme's name.</param>
    /// <param name="displayName">The scheme's name for people.</param>
    /// <param name="configureOptions">Sets the options, after the configuration.</param>
    /// <returns>The app's authentication.</returns>
    /// <exception cref="ArgumentException">The scheme's name is empty.</exception>
    public static AuthenticationBuilder AddSxtBearer(
        this AuthenticationBuilder builder,
        string authenticationScheme,
        string? displayName,
        Action<SxtBearerOptions> configureOptions)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrEmpty(authenticationScheme);
        ArgumentNullException.ThrowIfNull(configureOptions);
        BearerServices.AddTo(builder.Services, new BearerRegistration(authenticationScheme));
        return builder.AddScheme<SxtBearerOptions, SxtBearerHandler>(authenticationScheme, displayName, configureOptions);
    }
}
