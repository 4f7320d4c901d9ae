using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;

namespace SxtAspNet.Tests.Infrastructure;

/// <summary>A key source that tells how often it was opened, and may be made to fail, hang or change its key.</summary>
internal sealed class TestKeySource(string name = "test key") : ISxtKeySource
{
    /// <summary>Opens instead of the source's own key, when set.</summary>
    public Func<CancellationToken, ValueTask<SxtCredential>>? Opening { get; set; }

    public int Openings { get; private set; }

    public byte[] Seed { get; } = RandomNumberGenerator.GetBytes(SxtSigningKey.SeedSize);

    public ReadOnlyMemory<byte> PublicKey
    {
        get
        {
            using var key = Create();
            return key.PublicKey.ToArray();
        }
    }

    public SxtSigningKey Create() => SxtSigningKey.FromSeed(Seed);

    public ValueTask<SxtCredential> OpenAsync(CancellationToken cancellationToken)
    {
        Openings++;
        return Opening?.Invoke(cancellationToken) ?? new(Create());
    }

    public void Fail() => Opening = _ => throw new IOException("no such device");

    public override string ToString() => name;
}

/// <summary>A key that tells whether it was disposed, and may be slow.</summary>
internal sealed class TestKey(SxtSigningKey inner) : SxtSigningKey
{
    public bool IsDisposed { get; private set; }

    /// <summary>Runs before each signature, when set.</summary>
    public Func<Task>? BeforeSigning { get; set; }

    /// <summary>Runs before the key is closed, when set.</summary>
    public Action? BeforeClosing { get; set; }

    /// <summary>Runs before the public key is read, when set.</summary>
    public Action? BeforePublicKey { get; set; }

    /// <summary>Derives secrets, when set; else the key can only sign.</summary>
    public Func<bool>? Deriving { get; set; }

    public override ReadOnlyMemory<byte> PublicKey
    {
        get
        {
            BeforePublicKey?.Invoke();
            return inner.PublicKey;
        }
    }

    public override bool TryDeriveSecret(ReadOnlySpan<byte> info, Span<byte> destination) =>
        Deriving is not null && Deriving() && inner.TryDeriveSecret(info, destination);

    public override async ValueTask<byte[]> SignAsync(ReadOnlyMemory<byte> data, CancellationToken cancellationToken)
    {
        await (BeforeSigning?.Invoke() ?? Task.CompletedTask);
        return await inner.SignAsync(data, cancellationToken);
    }

    protected override void Dispose(bool disposing)
    {
        BeforeClosing?.Invoke();
        IsDisposed = true;
        inner.Dispose();
        base.Dispose(disposing);
    }
}

internal static class TestKeys
{
    /// <summary>Puts these sources in the place of the key that the emulator brings along.</summary>
    public static void UseKeys(this IServiceCollection services, params TestKeySource[] sources) =>
        services.PostConfigureAll<SxtOptions>(options =>
        {
            options.Keys.Clear();
            foreach (var source in sources)
            {
                options.Keys.Add(new() { Source = source });
            }
        });
}
