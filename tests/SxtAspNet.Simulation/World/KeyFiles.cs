namespace SxtAspNet.Simulation.World;

/// <summary>What is in the files with keys and seals of an instance's machine at this moment.</summary>
internal sealed class KeyFiles(VirtualClock clock, Process process, Random random)
{
    private FarmKey? _first;
    private FarmKey? _second;
    private FarmKey? _last;
    private FarmSeal? _seal;
    private FarmSeal? _otherSeal;

    /// <summary>The place that the keys are kept in can't be reached.</summary>
    public bool IsAway { get; set; }

    public IEnumerable<ISxtKeySource> Sources =>
        [new Source(this, "first key", () => _first), new Source(this, "second key", () => _second), new Source(this, "last resort", () => _last)];

    /// <summary>They are kept elsewhere than the keys.</summary>
    public IEnumerable<ISxtSealSource> Seals => [new SealSource(this, "first seal", () => _seal), new SealSource(this, "second seal", () => _otherSeal)];

    public void Put(FarmSeal first, FarmSeal? second) => (_seal, _otherSeal) = (first, second);

    public void Put(FarmKey first, FarmKey? second, FarmKey? last = null) => (_first, _second, _last) = (first, second, last);

    private sealed class Source(KeyFiles files, string name, Func<FarmKey?> read) : ISxtKeySource
    {
        public async ValueTask<SxtCredential> OpenAsync(CancellationToken cancellationToken)
        {
            await files.DelayAsync(cancellationToken);
            return !files.IsAway && read() is { } key
                ? key.Open()
                : throw new SxtAuthenticationException(SxtFailureReason.KeyUnavailable, $"The {name} is not there.");
        }

        public override string ToString() => name;
    }

    private sealed class SealSource(KeyFiles files, string name, Func<FarmSeal?> read) : ISxtSealSource
    {
        public async ValueTask<SxtSealSecret> OpenSealAsync(CancellationToken cancellationToken)
        {
            await files.DelayAsync(cancellationToken);
            return read()?.Open() ?? throw new SxtAuthenticationException(SxtFailureReason.KeyUnavailable, $"The {name} is not there.");
        }

        public override string ToString() => name;
    }

    private async Task DelayAsync(CancellationToken cancellationToken)
    {
        await clock.DelayAsync(TimeSpan.FromMilliseconds(random.Next(1, 20)), cancellationToken);
        await process.RunningAsync();
    }
}
