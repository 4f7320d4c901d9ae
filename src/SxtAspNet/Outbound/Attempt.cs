using SxtAspNet.Sessions;

namespace SxtAspNet.Outbound;

/// <summary>A request as it is sent, and what is not clear about its token at that moment.</summary>
internal readonly record struct Attempt(
    HttpRequestMessage Request, Uri? Uri, HttpMethod Method, HttpContent? Content, ActiveToken Active, TokenDoubt? Doubt)
{
    public Attempt(HttpRequestMessage request, ActiveToken active)
        : this(request, request.RequestUri, request.Method, request.Content, active, active.Session.Doubt)
    {
    }

    /// <summary>
    /// Whether a 401 answers what was sent: no redirect led elsewhere, and the token is still the one that this handler
    /// set (the same handler further in has had its try already when it set another).
    /// </summary>
    public bool IsAnsweredBy(HttpResponseMessage response, TokenHeaders headers) =>
        ReferenceEquals(Request.RequestUri, Uri)
        && Request.Method == Method
        && (response.RequestMessage is null || response.RequestMessage.RequestUri == Uri)
        && Request.Headers.NonValidated.TryGetValues(RoutingHeaders.Authorization, out var values)
        && headers.Is(values.ToString(), Active.Token);

    /// <summary>Not the record's own, which would print the header.</summary>
    public override string ToString() => $"attempt with {Active}";
}
