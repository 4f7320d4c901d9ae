using SxtAspNet.Testing;

namespace SxtAspNet.Aspire.Hosting;

/// <summary>An emulator, and the key file that the apps log in with. Both are gone with the app host; ending them twice does no harm.</summary>
internal sealed class GatewayEmulation : IAsyncDisposable, IDisposable
{
    public const string UserId = "aspire";

    private readonly TaskCompletionSource<SxtGatewayEmulator> _started = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private SxtGatewayEmulator? _emulator;
    private DirectoryInfo? _secrets;

    /// <summary>The emulator, or why it did not start.</summary>
    public Task<SxtGatewayEmulator> Started => _started.Task;

    /// <summary>The private key; there once the emulator has started.</summary>
    public string KeyFile => Path.Combine(_secrets?.FullName ?? "", "sxt.key");

    public async Task<SxtGatewayEmulator> StartAsync(SxtGatewayEmulatorOptions options, CancellationToken cancellationToken)
    {
        try
        {
            _emulator = await SxtGatewayEmulator.StartAsync(options, cancellationToken: cancellationToken).ConfigureAwait(false);

            // Only its owner can enter a directory that is made this way.
            _secrets = Directory.CreateTempSubdirectory("sxt-aspire-");
            _emulator.AddUserWithKeyFile(UserId, KeyFile);
            _started.SetResult(_emulator);
            return _emulator;
        }
        catch (Exception failure)
        {
            _started.SetException(failure);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _emulator, null) is { } emulator)
        {
            await emulator.DisposeAsync().ConfigureAwait(false);
        }

        try
        {
            Interlocked.Exchange(ref _secrets, null)?.Delete(recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Whoever cleans the temporary directory was faster.
        }
    }

    /// <summary>For a container that is disposed synchronously.</summary>
    public void Dispose() => DisposeAsync().AsTask().GetAwaiter().GetResult();
}
