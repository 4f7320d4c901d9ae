using System.Net.Sockets;
using SxtAspNet.Gateway;

namespace SxtAspNet.Tests.Gateway;

public class GatewayFailureTests
{
    private static readonly GatewayCall Call = new() { Description = "Login of user 'orders-service'", Method = HttpMethod.Post, Path = "v1/auth/token" };
    private static readonly Uri Gateway = new("https://gateway.test/");
    private static readonly string Secret = new('s', 60);

    [Fact]
    public void What_was_thrown_is_kept_for_the_log()
    {
        var thrown = new HttpRequestException("No route.", new SocketException((int)SocketError.ConnectionRefused));

        Assert.Same(thrown, Of(thrown).InnerException);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(3)]
    public void What_may_quote_a_secret_is_not_kept_however_deep_it_is(int depth)
    {
        Exception thrown = new IOException($"Could not send Bearer {Secret}.");
        for (var level = 0; level < depth; level++)
        {
            thrown = new HttpRequestException("It failed.", thrown);
        }

        var failure = Of(thrown);

        Assert.Null(failure.InnerException);
        Assert.DoesNotContain(Secret, failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_password_in_a_proxys_address_is_not_kept()
    {
        Assert.Null(Of(new HttpRequestException("The proxy http://user:short@proxy:8080 failed.")).InnerException);
    }

    [Theory]
    [InlineData(SocketError.ConnectionRefused, "connection refused")]
    [InlineData(SocketError.ConnectionReset, "the connection was reset")]
    [InlineData(SocketError.TimedOut, "no answer while connecting (dropped packets?)")]
    public void The_message_names_call_address_and_cause(SocketError error, string cause)
    {
        var failure = Of(new HttpRequestException("It failed.", new SocketException((int)error)));

        Assert.Equal(SxtFailureReason.GatewayUnreachable, failure.Reason);
        Assert.Equal(
            $"Login of user 'orders-service': the gateway https://gateway.test/ can't be reached: {cause}; check GatewayUrl, DNS, proxy and firewall.",
            failure.Message);
    }

    [Fact]
    public void The_time_limit_for_connecting_is_named_where_it_is_known()
    {
        using var handler = new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(2.5) };
        var thrown = new TaskCanceledException("Canceled.", new TimeoutException());

        Assert.Contains("no answer while connecting within 2.5 s (dropped packets?)", GatewayFailure.Of(Call, Gateway, handler, thrown).Message, StringComparison.Ordinal);
        Assert.Contains("no answer while connecting (dropped packets?)", Of(thrown).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_handler_of_the_app_that_throws_what_it_likes_is_named()
    {
        var failure = Of(new InvalidOperationException("Why not."));

        Assert.Equal(SxtFailureReason.GatewayUnreachable, failure.Reason);
        Assert.Contains("BackchannelHttpHandler failed with InvalidOperationException; check that handler", failure.Message, StringComparison.Ordinal);
    }

    private static SxtAuthenticationException Of(Exception thrown) => GatewayFailure.Of(Call, Gateway, primary: null, thrown);
}
