using SxtAspNet.Testing.Core;

namespace SxtAspNet.Testing.Fronts;

/// <summary>An answer's body in memory that trickles, or ends too early.</summary>
internal sealed class SlowBody(GatewayCore core, GatewayReply reply) : Stream
{
    private int _position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _position;
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var rest = reply.SentBody[_position..];
        if (rest.IsEmpty || buffer.IsEmpty)
        {
            return rest.IsEmpty && reply.Ending == AnswerEnding.InBody ? throw Ended() : 0;
        }

        if (reply.Pause != TimeSpan.Zero && !await core.DelayAsync(reply.Pause, cancellationToken).ConfigureAwait(false))
        {
            throw Ended();
        }

        int count = reply.Pause == TimeSpan.Zero ? Math.Min(rest.Length, buffer.Length) : 1;
        rest[..count].CopyTo(buffer);
        _position += count;
        return count;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) =>
        ReadAsync(buffer, offset, count, CancellationToken.None).GetAwaiter().GetResult();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private static HttpIOException Ended() => new(HttpRequestError.ResponseEnded, "The response ended prematurely.");
}
