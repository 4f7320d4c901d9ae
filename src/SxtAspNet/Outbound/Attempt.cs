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

    /// <summary>Not the record's own, which would print the header.</summary>
    public override string ToString() => $"attempt with {Active}";
}
