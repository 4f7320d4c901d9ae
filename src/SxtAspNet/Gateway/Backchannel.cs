namespace SxtAspNet.Gateway;

/// <summary>The handler that carries calls to the gateway: our own, or the app's <c>BackchannelHttpHandler</c>.</summary>
internal static class Backchannel
{
    /// <summary>Names the app's handler in messages.</summary>
    public const string Setting = nameof(SxtOptions.BackchannelHttpHandler);

    public static SocketsHttpHandler Create() => new()
    {
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(2),
        AllowAutoRedirect = false,
        UseCookies = false,

        // Without a propagator .NET leaves out its diagnostics handler, which would hand requests with tokens in their
        // headers to every listener in the process (the agents of monitoring products).
        ActivityHeadersPropagator = null,
    };

    /// <summary>
    /// Makes the app's handler follow no redirect and keep no cookie: it carries tokens and signatures, perhaps those of
    /// several identities. A handler that has been used already, which can't be changed, is accepted if it is like that.
    /// </summary>
    /// <returns>What is wrong with it, and what to do; <see langword="null"/>: nothing.</returns>
    public static string? Harden(HttpMessageHandler? handler)
    {
        var primary = PrimaryOf(handler);
        return primary switch
        {
            SocketsHttpHandler sockets =>
                SwitchOff("AllowAutoRedirect", sockets.AllowAutoRedirect, () => sockets.AllowAutoRedirect = false)
                ?? SwitchOff("UseCookies", sockets.UseCookies, () => sockets.UseCookies = false),
            HttpClientHandler client =>
                SwitchOff("AllowAutoRedirect", client.AllowAutoRedirect, () => client.AllowAutoRedirect = false)
                ?? SwitchOff("UseCookies", client.UseCookies, () => client.UseCookies = false),
            _ => null,
        };
    }

    /// <summary>The handler that makes connections, below those that only pass requests on.</summary>
    public static HttpMessageHandler? PrimaryOf(HttpMessageHandler? handler)
    {
        while (handler is DelegatingHandler delegating)
        {
            handler = delegating.InnerHandler;
        }

        return handler;
    }

    private static string? SwitchOff(string setting, bool isOn, Action switchOff)
    {
        if (!isOn)
        {
            return null;
        }

        try
        {
            switchOff();
            return null;
        }
        catch (InvalidOperationException)
        {
            return $"{Setting} has been used already, with {setting} = true, which can't be changed any more and would send tokens, "
                + $"signatures or cookies to where they don't belong; set {setting} = false where the handler is made, or give it to nobody else.";
        }
    }
}
