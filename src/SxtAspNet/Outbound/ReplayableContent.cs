namespace SxtAspNet.Outbound;

/// <summary>Whether the bytes of a request's content that were sent can be sent again; nothing else ever is.</summary>
internal static class ReplayableContent
{
    /// <summary>
    /// Records what the request's content writes, where its type doesn't guarantee that it writes the same again.
    /// </summary>
    /// <returns>Whether it is recorded; then <see cref="Restore"/> it.</returns>
    public static bool Record(HttpRequestMessage request, SxtOptions settings)
    {
        // A request that is being recorded comes from the same handler further out.
        if (request.Content is not { } content
            || content is RecordedContent
            || HasSameBytesAgain(content)
            || !settings.ReplayOnUnauthorized
            || settings.MaxReplayBufferSize == 0
            || request.AllowsSxtReplay() is not null
            || content.Headers.ContentLength > settings.MaxReplayBufferSize)
        {
            return false;
        }

        request.Content = new RecordedContent(content, settings.MaxReplayBufferSize);
        return true;
    }

    /// <summary>Leaves the request as the app made it, since the app may look at it or send it again.</summary>
    public static void Restore(HttpRequestMessage request)
    {
        if (request.Content is RecordedContent recorded)
        {
            request.Content = recorded.Original;
        }
    }

    /// <param name="request">The request, after it was sent.</param>
    /// <param name="sent">The content that it had before: a handler further in may have put another one in its place.</param>
    public static bool CanReplay(HttpRequestMessage request, HttpContent? sent) =>
        ReferenceEquals(request.Content, sent)
        && (request.AllowsSxtReplay() ?? (sent is null || sent is RecordedContent { CanReplay: true } || HasSameBytesAgain(sent)));

    /// <summary>Gets the request ready to be sent again.</summary>
    public static void Rewind(HttpRequestMessage request)
    {
        if (request.Content is RecordedContent recorded)
        {
            request.Content = recorded.ForReplay();
        }
    }

    private static bool HasSameBytesAgain(HttpContent content)
    {
        // Exactly these types: a derived one may do anything.
        var type = content.GetType();
        if (type == typeof(ByteArrayContent)
            || type == typeof(StringContent)
            || type == typeof(FormUrlEncodedContent)
            || type == typeof(ReadOnlyMemoryContent))
        {
            return true;
        }

        return (type == typeof(MultipartContent) || type == typeof(MultipartFormDataContent))
            && ((MultipartContent)content).All(HasSameBytesAgain);
    }
}
