namespace SxtAspNet.Outbound;

/// <summary>
/// The copy of what a content wrote when it was sent. One serialisation is recorded, the first. The copy counts only when
/// that one ended without an error, and serves all later ones then.
/// </summary>
internal sealed class ContentRecording(int limit)
{
    private const int Untouched = 0;
    private const int Running = 1;
    private const int Complete = 2;
    private const int Unusable = 3;

    private int _state;
    private MemoryStream? _buffer;

    /// <summary>Whether the bytes can be sent again. A content that nobody has touched can still be sent for the first time.</summary>
    public bool CanReplay => Volatile.Read(ref _state) is Untouched or Complete;

    /// <summary>What was written, once it is known to be all; <see langword="null"/> before and otherwise.</summary>
    public ReadOnlyMemory<byte>? Copy
    {
        get
        {
            // Not by a conditional expression, where null would become an empty memory.
            if (Volatile.Read(ref _state) != Complete)
            {
                return null;
            }

            return _buffer is null ? ReadOnlyMemory<byte>.Empty : _buffer.GetBuffer().AsMemory(0, (int)_buffer.Length);
        }
    }

    /// <summary>Starts the recording.</summary>
    /// <returns><see langword="false"/>: it was started before. What is written now may differ, so no copy counts.</returns>
    public bool TryStart()
    {
        if (Interlocked.CompareExchange(ref _state, Running, Untouched) == Untouched)
        {
            return true;
        }

        Fail();
        return false;
    }

    public void Add(ReadOnlySpan<byte> bytes)
    {
        if (Volatile.Read(ref _state) != Running || bytes.IsEmpty)
        {
            return;
        }

        _buffer ??= new MemoryStream();
        if (bytes.Length > limit - _buffer.Length)
        {
            Fail();
            _buffer = null;
            return;
        }

        _buffer.Write(bytes);
    }

    public void End() => Interlocked.CompareExchange(ref _state, Complete, Running);

    /// <summary>Gives the copy up, unless it is complete.</summary>
    public void Fail()
    {
        if (Interlocked.CompareExchange(ref _state, Unusable, Running) == Untouched)
        {
            Interlocked.CompareExchange(ref _state, Unusable, Untouched);
        }
    }
}
