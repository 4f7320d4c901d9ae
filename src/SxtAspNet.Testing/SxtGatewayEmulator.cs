using System.Security.Cryptography.X509Certificates;
using SxtAspNet.Testing.Core;
using SxtAspNet.Testing.DependencyInjection;
using SxtAspNet.Testing.Fronts;

namespace SxtAspNet.Testing;

/// <summary>
/// The Space and Time gateway in your test's process: real Ed25519 challenges, real ES256 tokens, the documented
/// lifetimes, faults on demand and a record of every call. It stands for <see cref="SxtDefaults.GatewayUrl"/>; where the
/// real gateway's behaviour is not documented, it is as strict as it could be (see
/// <see cref="SxtGatewayEmulatorOptions"/>). All members are safe to use from any thread.
/// </summary>
/// <example>
/// <code>
/// await using var gateway = new SxtGatewayEmulator();
/// gateway.AddUser("orders-service", publicKey);
/// using var client = new HttpClient(gateway.CreateHandler()) { BaseAddress = gateway.BaseAddress };
/// </code>
/// </example>
public sealed class SxtGatewayEmulator : IAsyncDisposable
{
    private readonly GatewayCore _core;
    private readonly KestrelFront? _front;

    /// <summary>
    /// Makes a gateway that is reached only through <see cref="CreateHandler"/>. Without a delay its calls complete
    /// synchronously.
    /// </summary>
    /// <param name="options">How the gateway behaves; the strict defaults when omitted.</param>
    /// <param name="timeProvider">The clock of lifetimes and delays; the system's when omitted.</param>
    public SxtGatewayEmulator(SxtGatewayEmulatorOptions? options = null, TimeProvider? timeProvider = null)
        : this(new GatewayCore(options ?? new(), timeProvider ?? TimeProvider.System), front: null)
    {
    }

    internal GatewayCore Core => _core;

    internal bool IsInMemory => _front is null;

    internal OccasionalKey OccasionalKey { get; } = new();

    private SxtGatewayEmulator(GatewayCore core, KestrelFront? front, X509Certificate2? certificate = null)
    {
        _core = core;
        _front = front;
        Certificate = certificate;
        BaseAddress = front?.BaseAddress ?? new Uri("https://gateway.sxt.test/");
    }

    /// <summary>
    /// Where the gateway is: <c>http://127.0.0.1:port/</c> (or https) when it was started over HTTP, else the name
    /// <c>https://gateway.sxt.test/</c>, which only <see cref="CreateHandler"/> knows.
    /// </summary>
    public Uri BaseAddress { get; }

    /// <summary>
    /// The certificate of a gateway over https, without its private key, for a client that is to trust it;
    /// <see langword="null"/> without https.
    /// </summary>
    /// <example>
    /// <code>
    /// var handler = new SocketsHttpHandler();
    /// handler.SslOptions.CertificateChainPolicy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust };
    /// handler.SslOptions.CertificateChainPolicy.CustomTrustStore.Add(gateway.Certificate!);
    /// </code>
    /// </example>
    public X509Certificate2? Certificate { get; }

    /// <summary>How the gateway behaves; may be changed while it runs.</summary>
    public SxtGatewayEmulatorOptions Options => _core.Options;

    /// <summary>What has reached the gateway.</summary>
    public SxtGatewayCalls Calls => _core.Calls;

    /// <summary>Starts a gateway over HTTP (Kestrel) on the loopback address.</summary>
    /// <param name="options">How the gateway behaves; the strict defaults when omitted.</param>
    /// <param name="timeProvider">The clock of lifetimes and delays; the system's when omitted.</param>
    /// <param name="port">The port; 0, the default, takes a free one.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    /// <returns>A gateway that answers; dispose it to stop it.</returns>
    /// <exception cref="IOException">The port is taken, or may not be used by this user, or none could be had.</exception>
    public static Task<SxtGatewayEmulator> StartAsync(
        SxtGatewayEmulatorOptions? options = null,
        TimeProvider? timeProvider = null,
        int port = 0,
        CancellationToken cancellationToken = default) =>
        StartAsync(certificate: null, options, timeProvider, port, cancellationToken);

    /// <summary>Starts a gateway over https on the loopback address.</summary>
    /// <param name="certificate">The certificate that it shows.</param>
    /// <param name="options">How the gateway behaves; the strict defaults when omitted.</param>
    /// <param name="timeProvider">The clock of lifetimes and delays; the system's when omitted.</param>
    /// <param name="port">The port; 0, the default, takes a free one.</param>
    /// <param name="cancellationToken">Cancels the start.</param>
    /// <returns>A gateway that answers; dispose it to stop it.</returns>
    /// <exception cref="IOException">The port is taken, or may not be used by this user, or none could be had.</exception>
    public static async Task<SxtGatewayEmulator> StartHttpsAsync(
        SxtGatewayCertificate certificate = SxtGatewayCertificate.Valid,
        SxtGatewayEmulatorOptions? options = null,
        TimeProvider? timeProvider = null,
        int port = 0,
        CancellationToken cancellationToken = default)
    {
        X509Certificate2 own = FrontCertificate.Create(certificate);
        try
        {
            return await StartAsync(own, options, timeProvider, port, cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            own.Dispose();
            throw;
        }
    }

    /// <summary>
    /// A new handler that calls the gateway in memory, also when it runs over HTTP. It follows no redirect, keeps no
    /// cookie, and reaches <see cref="BaseAddress"/> only: another host fails with
    /// <see cref="HttpRequestError.NameResolutionError"/>, another scheme or port with
    /// <see cref="HttpRequestError.ConnectionError"/>. A dropped connection is an <see cref="HttpRequestException"/>
    /// with <see cref="HttpRequestError.ResponseEnded"/>.
    /// </summary>
    /// <returns>A handler that the caller disposes.</returns>
    public HttpMessageHandler CreateHandler() => new InMemoryHandler(_core, BaseAddress);

    /// <summary>
    /// Adds a user, or keys to the keyring of a user that exists. Adding what is there changes nothing.
    /// </summary>
    /// <param name="userId">The user id; upper and lower case differ.</param>
    /// <param name="publicKeys">Ed25519 public keys of 32 bytes each.</param>
    /// <exception cref="ArgumentException">The user id is empty, or a key is not 32 bytes long.</exception>
    public void AddUser(string userId, params ReadOnlyMemory<byte>[] publicKeys)
    {
        ArgumentException.ThrowIfNullOrEmpty(userId);
        ArgumentNullException.ThrowIfNull(publicKeys);
        _core.AddUser(userId, publicKeys);
    }

    /// <summary>
    /// Makes a key for a user, and writes its private half to a new file that only its owner can read: the
    /// <see cref="SxtKeyOptions.File"/> of an app that runs as a process of its own. The user is added when it is not there.
    /// </summary>
    /// <param name="userId">The user id; upper and lower case differ.</param>
    /// <param name="path">The path of the new file.</param>
    /// <exception cref="ArgumentException">The user id or the path is empty.</exception>
    /// <exception cref="IOException">The file exists, or can't be written.</exception>
    public void AddUserWithKeyFile(string userId, string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(userId);
        ArgumentException.ThrowIfNullOrEmpty(path);
        _core.AddUser(userId, [KeyFile.Create(path)]);
    }

    /// <summary>
    /// Removes a key from the user's keyring, so that it can't be used to log in. Sessions go on. Does nothing when the
    /// user or the key is not there.
    /// </summary>
    /// <param name="userId">The user id.</param>
    /// <param name="publicKey">The Ed25519 public key of 32 bytes.</param>
    /// <exception cref="ArgumentException">The user id is empty.</exception>
    public void RemoveKey(string userId, ReadOnlyMemory<byte> publicKey)
    {
        ArgumentException.ThrowIfNullOrEmpty(userId);
        _core.RemoveKey(userId, publicKey.Span);
    }

    /// <summary>
    /// Gives the user an API key, which the network's proxy (<c>POST /auth/apikey</c>, at the same address) exchanges for access
    /// tokens. The user is added when it is not there; a key that another user had changes hands.
    /// </summary>
    /// <param name="userId">The user id; upper and lower case differ.</param>
    /// <param name="apiKey">The key, as clients present it: <c>sxt_…</c>.</param>
    /// <exception cref="ArgumentException">The user id or the key is empty.</exception>
    public void AddApiKey(string userId, string apiKey)
    {
        ArgumentException.ThrowIfNullOrEmpty(userId);
        ArgumentException.ThrowIfNullOrEmpty(apiKey);
        _core.AddUser(userId, []);
        _core.Keyrings.SetUserOfApiKey(apiKey, userId);
    }

    /// <summary>Removes an API key, so that it can't be exchanged any more. Sessions go on. Does nothing when it is not there.</summary>
    /// <param name="apiKey">The key.</param>
    /// <exception cref="ArgumentException">The key is empty.</exception>
    public void RemoveApiKey(string apiKey)
    {
        ArgumentException.ThrowIfNullOrEmpty(apiKey);
        _core.Keyrings.RemoveApiKey(apiKey);
    }

    /// <summary>Ends every session of the user now, as a logout does: none of their tokens works any more.</summary>
    /// <param name="userId">The user id.</param>
    /// <exception cref="ArgumentException">The user id is empty.</exception>
    public void RevokeSessions(string userId)
    {
        ArgumentException.ThrowIfNullOrEmpty(userId);
        _core.RevokeSessions(userId);
    }

    /// <summary>
    /// Starts a session without a login and returns its access token, for tests of what accepts tokens. The user is
    /// added when it is not there; the user's other sessions go on, and no call is recorded.
    /// </summary>
    /// <param name="userId">The user id.</param>
    /// <returns>An access token that the gateway accepts.</returns>
    /// <exception cref="ArgumentException">The user id is empty.</exception>
    public string IssueAccessToken(string userId)
    {
        ArgumentException.ThrowIfNullOrEmpty(userId);
        return _core.IssueAccessToken(userId);
    }

    /// <summary>Lets a fault happen to the calls that arrive from now on.</summary>
    /// <param name="fault">The fault.</param>
    /// <returns>The fault, to read <see cref="SxtGatewayFault.Hits"/> from or to remove.</returns>
    public SxtGatewayFault InjectFault(SxtGatewayFault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        _core.InjectFault(fault);
        return fault;
    }

    /// <summary>Sets what <c>validtoken</c> says about a user, and whether its tokens name a subscription.</summary>
    /// <param name="userId">The user.</param>
    /// <param name="user">What the gateway says.</param>
    /// <exception cref="ArgumentException">The user id is empty.</exception>
    public void DescribeUser(string userId, SxtGatewayUser user)
    {
        ArgumentException.ThrowIfNullOrEmpty(userId);
        ArgumentNullException.ThrowIfNull(user);
        _core.Keyrings.SetDescription(userId, user);
    }

    /// <summary>Removes one fault; calls that it has hit already stay hit.</summary>
    /// <param name="fault">The fault.</param>
    public void RemoveFault(SxtGatewayFault fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        _core.RemoveFault(fault);
    }

    /// <summary>Removes all faults; calls that they have hit already stay hit.</summary>
    public void ClearFaults() => _core.ClearFaults();

    /// <summary>Stops the gateway. Calls under way lose their connection.</summary>
    public async ValueTask DisposeAsync()
    {
        _core.Stop();
        if (_front is not null)
        {
            await _front.DisposeAsync().ConfigureAwait(false);
        }

        _core.Dispose();
    }

    private static async Task<SxtGatewayEmulator> StartAsync(
        X509Certificate2? certificate,
        SxtGatewayEmulatorOptions? options,
        TimeProvider? timeProvider,
        int port,
        CancellationToken cancellationToken)
    {
        var core = new GatewayCore(options ?? new(), timeProvider ?? TimeProvider.System);
        try
        {
            KestrelFront front = await KestrelFront.StartAsync(core, certificate, port, cancellationToken).ConfigureAwait(false);
            return new SxtGatewayEmulator(
                core, front, certificate is null ? null : X509CertificateLoader.LoadCertificate(certificate.RawData));
        }
        catch
        {
            core.Dispose();
            throw;
        }
    }
}
