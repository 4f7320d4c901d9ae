namespace SxtAspNet;

/// <summary>
/// One Space and Time identity: whom to log in as, with which keys, at which gateway, and when to renew. All times
/// are <see cref="TimeSpan"/>s; in configuration, "00:05:00" is five minutes.
/// </summary>
public sealed class SxtOptions
{
    /// <summary>Base URL of the gateway. Default: https://api.makeinfinite.dev, the production gateway.</summary>
    public Uri GatewayUrl { get; set; } = new(SxtDefaults.GatewayUrl);

    /// <summary>
    /// Base URL of the network's proxy, where API keys are exchanged for access tokens. Default:
    /// https://proxy.api.makeinfinite.dev.
    /// </summary>
    public Uri ProxyUrl { get; set; } = new("https://proxy.api.makeinfinite.dev");

    /// <summary>
    /// The Space and Time user id to log in as. Required, unless all keys are API keys: the first token tells whose they are.
    /// </summary>
    public string UserId { get; set; } = "";

    /// <summary>
    /// The signing keys and API keys, in the order in which they are tried. The next one is tried when a key can't be opened or
    /// is refused, or when the proxy fails. At least one is required, here or by <see cref="SxtBuilder.AddKeySource"/>.
    /// </summary>
    public IList<SxtKeyOptions> Keys { get; } = [];

    /// <summary>
    /// What the farm's shared session is sealed with, instead of a key derived from the first of the <see cref="Keys"/>: files or vault
    /// secrets with at least 32 random bytes in base64 or hex, the same on all instances. The first seals, each opens. With keys that can only sign
    /// (PKCS#11) a farm needs one. Default: none.
    /// </summary>
    public IList<SxtKeyOptions> Seal { get; } = [];

    /// <summary>
    /// Origins (scheme, host, port) that receive the access token, in addition to the gateway's own. Plain http is accepted
    /// for loopback addresses only.
    /// </summary>
    public IList<Uri> AllowedOrigins { get; } = [];

    /// <summary>
    /// How long before its expiry a token is renewed; longer than <see cref="GatewayTimeout"/> plus <see cref="RenewJitter"/>. Default: 5
    /// minutes.
    /// </summary>
    public TimeSpan RenewBefore { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>How much earlier than <see cref="RenewBefore"/> a renewal may start, drawn at random. Default: 30 seconds.</summary>
    public TimeSpan RenewJitter { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Time limit of one call to the gateway or the proxy. Default: 10 seconds.</summary>
    public TimeSpan GatewayTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Time limit for opening one key. Default: 10 seconds.</summary>
    public TimeSpan KeyTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Time limit of one call to the session store or its lock. Default: 1 second.</summary>
    public TimeSpan StoreTimeout { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How often an instance reads the session store; notices are faster, but may be lost. Default: 15 seconds.</summary>
    public TimeSpan StorePollInterval { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a request waits for a token when there is none yet, or its own has died. Default: 30 seconds.</summary>
    public TimeSpan AcquireTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Whether a request that is answered 401 because its token died is sent again once. Default: <see langword="true"/>.</summary>
    public bool ReplayOnUnauthorized { get; set; } = true;

    /// <summary>
    /// How many bytes of a request's content are copied while it is sent, so that the same bytes can be sent again, where
    /// the content's type does not guarantee them (JSON, streams, content of the app's own). Larger content is not sent
    /// again. 0: none is copied. Default: 65,536 bytes.
    /// </summary>
    public int MaxReplayBufferSize { get; set; } = 64 * 1024;

    /// <summary>
    /// When this instance logs in for the first time: Background (while the app starts, without holding it up), Required
    /// (before it serves its first request; a failure fails the start) or OnDemand (with the first request). Default: <see cref="SxtLoginAtStartup.Background"/>.
    /// </summary>
    public SxtLoginAtStartup LoginAtStartup { get; set; }

    /// <summary>
    /// Keeps the key of this instance's last login in memory. Its logins then survive a long outage of the key's source, but a memory
    /// dump holds the key. An instance that has only adopted sessions of others keeps none. Default: <see langword="false"/>.
    /// </summary>
    public bool KeepKeyInMemory { get; set; }

    /// <summary>
    /// Sends the calls to the gateway and to Space and Time's proxy, for proxies of yours and tests; code only. It is used as it is, outside IHttpClientFactory,
    /// and not disposed; several identities may share one. It must neither follow redirects nor keep cookies nor repeat a
    /// request: on a <see cref="SocketsHttpHandler"/> or <see cref="HttpClientHandler"/>, also below handlers that
    /// delegate to it, the first two are switched off. One that has been used before must have them off already, or the app
    /// does not start.
    /// </summary>
    public HttpMessageHandler? BackchannelHttpHandler { get; set; }

    /// <summary>What is wrong with the configuration that these options were read from; for the validation.</summary>
    internal List<string> ConfigurationProblems { get; } = [];

    /// <summary>The path of a section that these options were to be read from and that is not there.</summary>
    internal string? MissingSection { get; set; }
}
