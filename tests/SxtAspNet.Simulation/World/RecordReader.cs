using Microsoft.Extensions.Logging.Abstractions;
using SxtAspNet.Keys;
using SxtAspNet.Sessions;

namespace SxtAspNet.Simulation.World;

/// <summary>Reads what is in the room, with every key and seal that the farm ever had.</summary>
internal sealed class RecordReader(Uri gateway, string user) : IDisposable
{
    private readonly SxtOptions _options = new() { GatewayUrl = gateway, UserId = user };
    private readonly List<ISxtKeySource> _keys = [];
    private readonly List<ISxtSealSource> _seals = [];
    private static readonly Runtime Here = new(TimeProvider.System) { StartForeign = static call => call() };

    private SealKeyRing? _ring;
    private SessionCipher? _seal;

    public void Add(FarmKey key)
    {
        _keys.Add(new Known(key));
        Load();
    }

    public void Add(FarmSeal seal)
    {
        _seals.Add(new KnownSeal(seal));
        Load();
    }

    private void Load()
    {
        _ring?.Dispose();
        _ring = new SealKeyRing(
            new SealSources(new KeyOpener(new KeySources(options => options.Keys, [], _keys), Here), new KeySources(options => options.Seal, [], []), _seals),
            Here,
            NullLogger.Instance);
        _ring.LoadAsync(_options, _options.KeyTimeout, CancellationToken.None).GetAwaiter().GetResult();
        _seal = new SessionCipher(_ring, new SessionIdentity("", _options));
    }

    /// <summary>The session in a record; <see langword="null"/> when it is a note.</summary>
    public Session? Read(string name, byte[] record) =>
        _seal!.Open(name, record) is { } plaintext ? SessionRecord.Read(plaintext) : null;

    public void Dispose() => _ring?.Dispose();

    private sealed class KnownSeal(FarmSeal seal) : ISxtSealSource
    {
        public ValueTask<SxtSealSecret> OpenSealAsync(CancellationToken cancellationToken) => new(seal.Open());
    }

    private sealed class Known(FarmKey key) : ISxtKeySource
    {
        public ValueTask<SxtCredential> OpenAsync(CancellationToken cancellationToken) => new(key.Open());
    }
}
