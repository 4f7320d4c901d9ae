namespace SxtAspNet.Keys;

/// <summary>One reading of the sources of seal keys, all at once: of several that hang, each would take its time limit.</summary>
internal sealed class SealKeyLoad(SxtOptions options, IReadOnlyList<SealSource> sources, Runtime runtime)
{
    private readonly TaskCompletionSource _first = new(runtime.Completions);
    private readonly TaskCompletionSource _over = new(runtime.Completions);
    private readonly SealKey?[] _keys = new SealKey?[sources.Count];
    private readonly long _startedAt = runtime.TimeProvider.GetTimestamp();

    public SxtOptions Options => options;

    public IReadOnlyList<SealSource> Sources => sources;

    /// <summary>Ends when all sources have answered, or their time is over.</summary>
    public Task Over => _over.Task;

    /// <summary>Ends when a source has given a key.</summary>
    public Task First => _first.Task;

    public TimeSpan Elapsed => runtime.TimeProvider.GetElapsedTime(_startedAt);

    /// <summary>The keys so far, in the order of the sources.</summary>
    public IEnumerable<(SealSource Source, SealKey Key)> Keys => sources.Zip(_keys).Where(one => one.Second is not null)!;

    public void Give(int position, SealKey key)
    {
        Volatile.Write(ref _keys[position], key);
        _first.TrySetResult();
    }

    public void End() => _over.TrySetResult();

    public void Fail(Exception failure)
    {
        _over.TrySetException(failure);

        // Whoever waits is told. If nobody does, it must not turn up as unobserved.
        _ = _over.Task.Exception;
    }
}
