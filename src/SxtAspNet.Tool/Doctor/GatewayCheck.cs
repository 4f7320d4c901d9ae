using System.Globalization;
using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using SxtAspNet.Gateway;
using SxtAspNet.Sessions;

namespace SxtAspNet.Tool.Doctor;

/// <summary>Can the gateway be reached, is its certificate good for a while, is this machine's clock right, does a login work?</summary>
internal sealed class GatewayCheck(ExaminedApp app, Diagnosis diagnosis, TimeProvider time)
{
    private const string Area = "gateway";
    private const string Proxy = "proxy";
    private const string Login = "login";

    private static readonly TimeSpan SoonExpired = TimeSpan.FromDays(14);

    /// <summary>The Date of an answer has a resolution of a second; less than this is no clock's fault.</summary>
    private static readonly TimeSpan WrongClock = TimeSpan.FromSeconds(30);

    private readonly SxtOptions _options = app.Options;

    public async Task RunAsync(bool login, CancellationToken cancellationToken)
    {
        var isReached = await ResolveAsync(Area, nameof(_options.GatewayUrl), _options.GatewayUrl, cancellationToken).ConfigureAwait(false)
            && await AskAsync(cancellationToken).ConfigureAwait(false);
        if (isReached)
        {
            await LookAtCertificateAsync(Area, _options.GatewayUrl, cancellationToken).ConfigureAwait(false);
            CompareClocks();
        }

        // Only the exchange of an API key asks the network's proxy.
        if (_options.Keys.Any(key => !string.IsNullOrEmpty(key.ApiKey))
            && await ResolveAsync(Proxy, nameof(_options.ProxyUrl), _options.ProxyUrl, cancellationToken).ConfigureAwait(false))
        {
            await LookAtCertificateAsync(Proxy, _options.ProxyUrl, cancellationToken).ConfigureAwait(false);
        }

        if (login)
        {
            await LogInAsync(cancellationToken).ConfigureAwait(false);
        }
        else
        {
            diagnosis.Note(Login, "A login was not tried; --login makes one.");
        }
    }

    private async Task<bool> ResolveAsync(string area, string setting, Uri url, CancellationToken cancellationToken)
    {
        if (ProxyOf(url) is { } proxy)
        {
            diagnosis.Note(area, $"Calls go through the HTTP proxy {proxy.Host}:{proxy.Port}, which resolves the name.");
            return true;
        }

        try
        {
            var startedAt = time.GetTimestamp();
            var addresses = await Dns.GetHostAddressesAsync(url.IdnHost, cancellationToken)
                .WaitAsync(_options.GatewayTimeout, time, cancellationToken).ConfigureAwait(false);
            diagnosis.Ok(area, $"the name {url.IdnHost} is {string.Join(", ", addresses.Take(3).Select(address => address.ToString()))} ({Milliseconds(startedAt)})");
            return true;
        }
        catch (Exception problem) when (problem is SocketException or TimeoutException)
        {
            diagnosis.Wrong(area, $"The name {url.IdnHost} can't be resolved ({problem.Message}).", $"Check {setting} and DNS. {SxtDefaults.BothGateways}.");
            return false;
        }
    }

    /// <summary>One call that changes nothing. When it fails, its words are the app's own.</summary>
    private async Task<bool> AskAsync(CancellationToken cancellationToken)
    {
        var user = new GatewayUser(_options.UserId.Length > 0 ? _options.UserId : "nobody");
        try
        {
            var startedAt = time.GetTimestamp();
            var exists = await new GatewayClient(app.Get<GatewayTransport>(), user)
                .UserExistsAsync(_options.GatewayTimeout, cancellationToken).ConfigureAwait(false);
            diagnosis.Ok(Area, $"{_options.GatewayUrl} answers ({Milliseconds(startedAt)}, the connection included)");
            if (!exists && _options.UserId.Length > 0)
            {
                diagnosis.Wrong(Area, $"The gateway knows no {user}.", "Check UserId and GatewayUrl.");
            }

            return true;
        }
        catch (SxtAuthenticationException failure)
        {
            diagnosis.Wrong(Area, failure.Message);
            return false;
        }
    }

    private void CompareClocks()
    {
        if (app.Get<GatewayClock>().OffsetFromLocalClock is not { } offset)
        {
            diagnosis.Note("clock", "The gateway's answers have no Date, so this machine's clock can't be compared.");
        }
        else if (offset.Duration() >= WrongClock)
        {
            diagnosis.Warn(
                "clock",
                $"This machine's clock is {offset.Duration().TotalSeconds.ToString("0", CultureInfo.InvariantCulture)} s {(offset > TimeSpan.Zero ? "behind" : "ahead of")} the gateway's.",
                "Synchronise it (NTP). Sessions keep to the gateway's clock, but the times in logs are wrong.");
        }
        else
        {
            diagnosis.Ok("clock", $"within {Math.Ceiling(offset.Duration().TotalSeconds).ToString("0", CultureInfo.InvariantCulture)} s of the gateway's");
        }
    }

    private async Task LookAtCertificateAsync(string area, Uri url, CancellationToken cancellationToken)
    {
        if (url.Scheme != Uri.UriSchemeHttps || ProxyOf(url) is not null)
        {
            return;
        }

        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(_options.GatewayTimeout);
            using var client = new TcpClient();
            await client.ConnectAsync(url.IdnHost, url.Port, limit.Token).ConfigureAwait(false);
            using var tls = new SslStream(client.GetStream());
            await tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = url.IdnHost }, limit.Token).ConfigureAwait(false);
            using var certificate = X509CertificateLoader.LoadCertificate(tls.RemoteCertificate!.GetRawCertData());
            var end = certificate.NotAfter.ToUniversalTime();
            var text = $"{tls.SslProtocol}, certificate until {end.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}";
            if (end - time.GetUtcNow() < SoonExpired)
            {
                diagnosis.Warn(area, $"{text}.", "Whoever runs it has to renew the certificate soon.");
            }
            else
            {
                diagnosis.Ok(area, text);
            }
        }
        catch (Exception problem) when (problem is SocketException or IOException or AuthenticationException or OperationCanceledException
            && !cancellationToken.IsCancellationRequested)
        {
            diagnosis.Wrong(area, $"TLS with {url.IdnHost}:{url.Port} failed: {problem.Message}", "Check firewall and certificate.");
        }
    }

    /// <summary>Logs in as the app does, and publishes nothing. It is not logged out: that would end all sessions of the user.</summary>
    private async Task LogInAsync(CancellationToken cancellationToken)
    {
        try
        {
            var startedAt = time.GetTimestamp();
            var grant = await app.Get<LoginProcedure>().RunAsync(_options, cancellationToken).ConfigureAwait(false);
            diagnosis.Ok(
                Login,
                $"a login works ({Milliseconds(startedAt)}); its access token expires at {grant.AccessTokenExpires.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture)} UTC");
        }
        catch (SxtAuthenticationException failure)
        {
            diagnosis.Wrong(Login, failure.Message);
        }

        app.ReportWarnings(Login, diagnosis);
    }

    private static Uri? ProxyOf(Uri url) =>
        HttpClient.DefaultProxy.IsBypassed(url) ? null : HttpClient.DefaultProxy.GetProxy(url) is { } proxy && proxy != url ? proxy : null;

    private string Milliseconds(long startedAt) =>
        string.Create(CultureInfo.InvariantCulture, $"{time.GetElapsedTime(startedAt).TotalMilliseconds:0} ms");
}
