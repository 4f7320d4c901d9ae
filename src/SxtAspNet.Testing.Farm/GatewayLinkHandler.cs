namespace SxtAspNet.Testing;

/// <summary>One instance's connections to the emulator.</summary>
internal sealed class GatewayLinkHandler(InstanceLink link, HttpMessageHandler emulator) : DelegatingHandler(emulator)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            await link.PassAsync(cancellationToken).ConfigureAwait(false);
            var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);

            // Killed meanwhile: the gateway has done what it was asked for, and nobody hears of it.
            await link.PassAsync(cancellationToken).ConfigureAwait(false);
            return response;
        }
        catch (IOException cut)
        {
            throw new HttpRequestException(HttpRequestError.ConnectionError, cut.Message, cut);
        }
    }
}
