using System.Net;

namespace SxtAspNet.Outbound;

/// <summary>
/// Takes the place of the app's content while a request is sent, and copies what that one writes. Sent again, it writes
/// the copy: the app's content is not asked a second time, since it might write something else.
/// </summary>
internal sealed class RecordedContent : HttpContent
{
    private readonly ContentRecording _recording;
    private readonly long? _length;

    public RecordedContent(HttpContent original, int limit)
        : this(original, new ContentRecording(limit), original.Headers.ContentLength)
    {
    }

    private RecordedContent(HttpContent original, ContentRecording recording, long? length)
    {
        (Original, _recording, _length) = (original, recording, length);
        foreach (var (name, values) in original.Headers.NonValidated)
        {
            Headers.TryAddWithoutValidation(name, values);
        }
    }

    public HttpContent Original { get; }

    public bool CanReplay => _recording.CanReplay;

    /// <summary>The same for the next time, with the headers as the app set them; a handler further in may have disposed this one.</summary>
    public RecordedContent ForReplay() => new(Original, _recording, _length);

    // A length that was known stays known, and one that was not stays unknown: the request has the same form each time.
    protected override bool TryComputeLength(out long length)
    {
        length = _length.GetValueOrDefault();
        return _length is not null;
    }

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
        SerializeToStreamAsync(stream, context, CancellationToken.None);

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (_recording.Copy is { } copy)
        {
            await stream.WriteAsync(copy, cancellationToken).ConfigureAwait(false);
        }
        else if (!_recording.TryStart())
        {
            await Original.CopyToAsync(stream, context, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            // One that fails does not end the recording, so there is no copy.
            await Original.CopyToAsync(new RecordingStream(stream, _recording), context, cancellationToken).ConfigureAwait(false);
            _recording.End();
        }
    }

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken)
    {
        if (_recording.Copy is { } copy)
        {
            stream.Write(copy.Span);
        }
        else if (!_recording.TryStart())
        {
            Original.CopyTo(stream, context, cancellationToken);
        }
        else
        {
            Original.CopyTo(new RecordingStream(stream, _recording), context, cancellationToken);
            _recording.End();
        }
    }

    // Handlers in the process read instead of having it written. HttpContent itself would buffer all of it, whatever its size.
    protected override async Task<Stream> CreateContentReadStreamAsync(CancellationToken cancellationToken) =>
        _recording.Copy is { } copy
            ? Readable(copy)
            : Recorded(_recording.TryStart(), await Original.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false));

    protected override Task<Stream> CreateContentReadStreamAsync() => CreateContentReadStreamAsync(CancellationToken.None);

    protected override Stream CreateContentReadStream(CancellationToken cancellationToken) =>
        _recording.Copy is { } copy ? Readable(copy) : Recorded(_recording.TryStart(), Original.ReadAsStream(cancellationToken));

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _recording.Fail();
            Original.Dispose();
        }

        base.Dispose(disposing);
    }

    private Stream Recorded(bool isStarted, Stream stream) => isStarted ? new RecordingStream(stream, _recording) : stream;

    private static MemoryStream Readable(ReadOnlyMemory<byte> copy) => new(copy.ToArray(), writable: false);
}
