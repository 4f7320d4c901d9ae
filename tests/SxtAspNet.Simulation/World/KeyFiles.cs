namespace SxtAspNet.Simulation.World;

/// <summary>What is in the two key files of an instance's machine at this moment.</summary>
internal sealed class KeyFiles(VirtualClock clock, Process process, Random random)
{
    public byte[]? First { get; private set; }

    public byte[]? Second { get; private set; }

    /// <summary>The place that the keys are kept in can't be reached.</summary>
    public bool IsAway { get; set; }

    public IEnumerable<ISxtKeySource> Sources => [new Source(this, "first key", () => First), new Source(this, "second key", () => Second)];

    public void Put(byte[] first, byte[]? second) => (First, Second) = (first, second);

    private sealed class Source(KeyFiles files, string name, Func<byte[]?> read) : ISxtKeySource
    {
        public async ValueTask<SxtSigningKey> OpenAsync(CancellationToken cancellationToken)
        {
            await files.DelayAsync(cancellationToken);
            return !files.IsAway && read() is { } seed
                ? SxtSigningKey.FromSeed(seed)
                : throw new SxtAuthenticationException(SxtFailureReason.KeyUnavailable, $"The {name} is not there.");
        }

        public override string ToString() => name;
    }

    private async Task DelayAsync(CancellationToken cancellationToken)
    {
        await clock.DelayAsync(TimeSpan.FromMilliseconds(random.Next(1, 20)), cancellationToken);
        await process.RunningAsync();
    }
}
