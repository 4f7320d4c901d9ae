using System.Diagnostics.CodeAnalysis;
using System.Net.Http.Json;

namespace SxtAspNet.Outbound;

/// <summary>Whether a request's content gives the same bytes when it is sent again.</summary>
internal static class ReplayableContent
{
    public static bool CanReplay(HttpRequestMessage request) =>
        request.AllowsSxtReplay() ?? CanReplay(request.Content);

    private static bool CanReplay(HttpContent? content)
    {
        // Exactly these types: a derived one may do anything.
        if (content is null)
        {
            return true;
        }

        var type = content.GetType();
        if (type == typeof(ByteArrayContent)
            || type == typeof(StringContent)
            || type == typeof(FormUrlEncodedContent)
            || type == typeof(ReadOnlyMemoryContent))
        {
            return true;
        }

        if (type == typeof(MultipartContent) || type == typeof(MultipartFormDataContent))
        {
            return ((MultipartContent)content).All(CanReplay);
        }

        return content is JsonContent json && type == typeof(JsonContent) && !IsAsyncEnumerable(json.Value);
    }

    [UnconditionalSuppressMessage(
        "Trimming",
        "IL2075",
        Justification = "A type whose IAsyncEnumerable<T> was trimmed away can't be serialized as one either.")]
    private static bool IsAsyncEnumerable(object? value) =>
        value is not null && Array.Exists(
            value.GetType().GetInterfaces(),
            type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IAsyncEnumerable<>));
}
