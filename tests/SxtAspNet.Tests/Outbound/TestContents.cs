using System.Net;
using System.Net.Http.Json;

namespace SxtAspNet.Tests.Outbound;

/// <summary>Contents that write something else, or nothing, or fail, when they are asked a second time.</summary>
internal static class TestContents
{
    public static HttpContent OneShotJson(int count) => JsonContent.Create(new { rows = Once(count) });

    public static HttpContent AsyncJson(int count) => JsonContent.Create(OnceAsync(count));

    public static HttpContent OneShotStream(byte[] bytes) => new StreamContent(new ForwardStream(bytes));

    private static IEnumerable<int> Once(int count)
    {
        var numbers = new Queue<int>(Enumerable.Range(0, count));
        return Drain(numbers);
    }

    private static IEnumerable<int> Drain(Queue<int> numbers)
    {
        while (numbers.TryDequeue(out var number))
        {
            yield return number;
        }
    }

    private static IAsyncEnumerable<int> OnceAsync(int count)
    {
        var numbers = new Queue<int>(Enumerable.Range(0, count));
        return DrainAsync(numbers);
    }

    private static async IAsyncEnumerable<int> DrainAsync(Queue<int> numbers)
    {
        while (numbers.TryDequeue(out var number))
        {
            await Task.CompletedTask;
            yield return number;
        }
    }
}

/// <summary>Writes in pieces, each time other ones, and may fail after some of them.</summary>
internal sealed class PiecesContent(int[] sizes, bool isLengthKnown, int failsAfter = int.MaxValue) : HttpContent
{
    private byte _serialisations;

    public bool IsDisposed { get; private set; }

    protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
    {
        _serialisations++;
        for (var piece = 0; piece < sizes.Length; piece++)
        {
            if (piece == failsAfter)
            {
                throw new InvalidDataException("The content can't go on.");
            }

            var bytes = new byte[sizes[piece]];
            Array.Fill(bytes, (byte)(_serialisations + piece));
            switch (piece % 4)
            {
                case 0: await stream.WriteAsync(bytes); break;
                case 1: stream.Write(bytes, 0, bytes.Length); break;
                case 2: await stream.FlushAsync(); await Task.Factory.FromAsync(stream.BeginWrite, stream.EndWrite, bytes, 0, bytes.Length, null); break;
                default: Array.ForEach(bytes, stream.WriteByte); break;
            }
        }
    }

    protected override void SerializeToStream(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        SerializeToStreamAsync(stream, context).GetAwaiter().GetResult();

    protected override bool TryComputeLength(out long length)
    {
        length = sizes.Sum();
        return isLengthKnown;
    }

    protected override void Dispose(bool disposing)
    {
        IsDisposed = true;
        base.Dispose(disposing);
    }
}

/// <summary>A stream that can be read once.</summary>
internal sealed class ForwardStream(byte[] bytes) : MemoryStream(bytes)
{
    public override bool CanSeek => false;
}
