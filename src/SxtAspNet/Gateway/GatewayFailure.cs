using System.Net.Sockets;
using System.Security.Authentication;
using System.Text.RegularExpressions;

namespace SxtAspNet.Gateway;

/// <summary>
/// Why a call got no answer: out of whatever the HTTP stack or the app's own handler threw, one of our reasons, and the
/// cause in words that help whoever has to repair it. docs/operations.md has the same table.
/// </summary>
internal static partial class GatewayFailure
{
    /// <summary>Deeper chains of inner exceptions are not searched.</summary>
    private const int DeepestCause = 8;

    /// <summary>The failure of one attempt.</summary>
    /// <param name="call">The call.</param>
    /// <param name="baseUrl">Where it was sent.</param>
    /// <param name="primary">The handler that makes connections.</param>
    /// <param name="thrown">What was thrown in place of an answer.</param>
    public static SxtAuthenticationException Of(GatewayCall call, Uri baseUrl, HttpMessageHandler? primary, Exception thrown)
    {
        var (reason, cause) = Explain(thrown, primary, call.Host.Setting);
        return new SxtAuthenticationException(
            reason,
            $"{call}: the {call.Host.Name} {baseUrl} can't be reached: {cause}.",
            MayQuoteSecret(thrown) ? null : thrown);
    }

    private static (SxtFailureReason Reason, string Cause) Explain(Exception thrown, HttpMessageHandler? primary, string setting)
    {
        var causes = Causes(thrown).ToArray();
        var http = causes.OfType<HttpRequestException>().FirstOrDefault();
        var socket = causes.OfType<SocketException>().FirstOrDefault();
        return (http?.HttpRequestError ?? causes.OfType<HttpIOException>().FirstOrDefault()?.HttpRequestError, thrown) switch
        {
            (HttpRequestError.NameResolutionError, _) =>
                Unreachable($"the name can't be resolved ({socket?.Message ?? "no such host"}). {SxtDefaults.BothGateways}"),
            (HttpRequestError.ProxyTunnelError, _) => Unreachable(Proxy(http!)),
            (HttpRequestError.SecureConnectionError, _) when socket is null => Unreachable(Tls(causes)),
            (HttpRequestError.ResponseEnded, _) => Unreachable("the connection ended before the answer did"),
            (HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded, _) =>
                (SxtFailureReason.BadAnswer, $"what answers there does not speak HTTP; check {setting} and proxy"),
            (_, OperationCanceledException { InnerException: TimeoutException }) => Unreachable(ConnectTimeout(primary)),
            _ when socket is not null => Unreachable(Socket(socket)),
            (_, HttpRequestException or IOException) => Unreachable("the connection failed"),
            _ => (SxtFailureReason.GatewayUnreachable, $"{Backchannel.Setting} failed with {thrown.GetType().Name}; check that handler"),
        };

        (SxtFailureReason, string) Unreachable(string cause) =>
            (SxtFailureReason.GatewayUnreachable, $"{cause}; check {setting}, DNS, proxy and firewall");
    }

    private static string Socket(SocketException socket) => socket.SocketErrorCode switch
    {
        SocketError.ConnectionRefused => "connection refused",
        SocketError.ConnectionReset => "the connection was reset",
        SocketError.TimedOut => "no answer while connecting (dropped packets?)",
        _ => socket.Message,
    };

    private static string ConnectTimeout(HttpMessageHandler? primary)
    {
        var limit = primary is SocketsHttpHandler { ConnectTimeout.Ticks: > 0 } sockets
            ? $" within {sockets.ConnectTimeout.TotalSeconds:0.###} s"
            : "";
        return $"no answer while connecting{limit} (dropped packets?)";
    }

    /// <summary>The status is in the text only; the text is not quoted, for it has the proxy's URL, which may hold a password.</summary>
    private static string Proxy(HttpRequestException failure) => ProxyStatus().Match(failure.Message) switch
    {
        { Success: true, Value: "'407'" } => "the proxy asks for authentication (407)",
        { Success: true } status => $"the proxy refused the connection ({status.Value.Trim('\'')})",
        _ => "the proxy did not make a connection",
    };

    /// <summary>.NET names what it finds wrong with a certificate in a text only, by the names of enumerations.</summary>
    private static string Tls(Exception[] causes)
    {
        var found = string.Join(' ', causes.OfType<AuthenticationException>().Select(cause => cause.Message));
        (string Names, string Meaning)[] problems =
        [
            ("RemoteCertificateNameMismatch", "is of another name"),
            ("NotTimeValid", "is expired, or not valid yet"),
            ("UntrustedRoot|PartialChain|NotSignatureValid", "is not trusted"),
            ("Revoked", "was revoked"),
            ("RemoteCertificateNotAvailable", "is missing"),
        ];
        string[] meanings = [.. problems.Where(problem => Regex.IsMatch(found, problem.Names)).Select(problem => problem.Meaning)];
        return meanings.Length > 0 ? $"the certificate {string.Join(" and ", meanings)}"
            : found.Contains("certificate", StringComparison.OrdinalIgnoreCase) ? "the certificate was not accepted"
            : "TLS could not be negotiated";
    }

    /// <summary>
    /// Whether a text within may quote a token, a signature or a proxy's password: .NET's own texts don't, but the app's
    /// handler may write what it likes. What is not sure to be harmless does not go into our exception.
    /// </summary>
    private static bool MayQuoteSecret(Exception thrown) => Causes(thrown).Any(cause => PossibleSecret().IsMatch(cause.Message));

    private static IEnumerable<Exception> Causes(Exception? exception)
    {
        for (var depth = 0; exception is not null && depth < DeepestCause; depth++)
        {
            yield return exception;
            exception = exception.InnerException;
        }
    }

    [GeneratedRegex(@"'\d{3}'")]
    private static partial Regex ProxyStatus();

    [GeneratedRegex(@"[A-Za-z0-9+/_=.\-]{40,}|://[^/\s]*@")]
    private static partial Regex PossibleSecret();
}
