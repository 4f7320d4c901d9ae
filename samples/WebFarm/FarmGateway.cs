using System.Security.Cryptography;
using SxtAspNet.Testing;

namespace WebFarm;

/// <summary>What the gateway can be made to do wrong. API calls (/v1/sql) are never hit.</summary>
public enum GatewayFault
{
    /// <summary>The calls of the protocol are answered 503.</summary>
    Unavailable,

    /// <summary>They are slow, though within the time limit.</summary>
    Slow,

    /// <summary>They do their work in time, but answer after the time limit.</summary>
    AnswersLate,

    /// <summary>The next refresh does its work, but its answer is lost.</summary>
    RefreshAnswerLost,

    /// <summary>The next login does its work, but its answer is lost.</summary>
    LoginAnswerLost,
}

/// <summary>The emulated gateway of the farm, and the key that the farm logs in with.</summary>
public sealed class FarmGateway : IAsyncDisposable
{
    public const string UserId = "web-farm";

    private static readonly SxtGatewayCallKind[] Protocol =
    [
        SxtGatewayCallKind.Challenge, SxtGatewayCallKind.Token, SxtGatewayCallKind.Refresh, SxtGatewayCallKind.ValidToken,
        SxtGatewayCallKind.ApiKeyExchange,
    ];

    private readonly DirectoryInfo _secrets;
    private readonly TimeSpan _timeout;
    private readonly FarmDevice? _device;
    private readonly string[] _keyFiles;

    private FarmGateway(SxtGatewayEmulator emulator, DirectoryInfo secrets, FarmSettings settings)
    {
        (Emulator, _secrets, _timeout) = (emulator, secrets, settings.GatewayTimeout);
        _device = settings.Credential is FarmCredential.Pkcs11 ? new FarmDevice(secrets.FullName) : null;
        _keyFiles = settings.Credential is FarmCredential.Backup ? [KeyFile + ".missing", KeyFile] : [KeyFile];
    }

    public SxtGatewayEmulator Emulator { get; }

    /// <summary>The settings by which an instance finds the farm's key; its files are private, and gone with the farm.</summary>
    internal IEnumerable<KeyValuePair<string, string>> KeySettings =>
        _device?.Settings ?? _keyFiles.Select((file, position) => KeyValuePair.Create($"Sxt__Keys__{position}__File", file));

    /// <summary>The file of the signing key or API key, where there is one; private, and gone with the farm.</summary>
    public string KeyFile => Path.Combine(_secrets.FullName, "sxt.key");

    /// <summary>The fault that is on; <see langword="null"/>: none.</summary>
    public GatewayFault? Fault { get; private set; }

    public static async Task<FarmGateway> StartAsync(FarmSettings settings, CancellationToken cancellationToken)
    {
        var emulator = await SxtGatewayEmulator.StartAsync(
            new SxtGatewayEmulatorOptions
            {
                SessionLifetime = settings.SessionLifetime,
                AccessTokenLifetime = settings.AccessTokenLifetime,
                RefreshTokenLifetime = settings.RefreshTokenLifetime,
                ChallengeLifetime = settings.ChallengeLifetime,
                Latency = settings.GatewayLatency,
                OldAccessTokensSurviveRefresh = settings.IsGatewayLenient,
                AllowRefreshTokenReuse = settings.IsGatewayLenient,
                ClockOffset = settings.GatewayClockOffset,
            },
            cancellationToken: cancellationToken);

        // Only its owner can enter a directory that is made this way.
        var gateway = new FarmGateway(emulator, Directory.CreateTempSubdirectory("sxt-farm-"), settings);
        try
        {
            await gateway.MakeKeyAsync(settings.Credential is FarmCredential.ApiKey, cancellationToken);
            if (settings.LosesRefreshes)
            {
                emulator.InjectFault(SxtGatewayFault.DropAfter(kind: SxtGatewayCallKind.Refresh));
            }

            return gateway;
        }
        catch
        {
            await gateway.DisposeAsync();
            throw;
        }
    }

    /// <summary>What is said of the gateway when a fault begins.</summary>
    public static string Describe(GatewayFault fault) => fault switch
    {
        GatewayFault.Unavailable => "began to fail (503)",
        GatewayFault.Slow => "became slow",
        GatewayFault.AnswersLate => "began to answer too late",
        GatewayFault.RefreshAnswerLost => "was to lose the answer to a refresh",
        GatewayFault.LoginAnswerLost => "was to lose the answer to a login",
        _ => throw new ArgumentOutOfRangeException(nameof(fault)),
    };

    /// <summary>Lets a fault begin, in place of the one that is on.</summary>
    public void BeginFault(GatewayFault fault)
    {
        EndFault();
        Fault = fault;
        IEnumerable<SxtGatewayFault> faults = fault switch
        {
            GatewayFault.Unavailable => Protocol.Select(kind => SxtGatewayFault.Status(503, kind: kind)),
            GatewayFault.Slow => Protocol.Select(kind => SxtGatewayFault.Delay(_timeout * 0.5, kind: kind)),
            GatewayFault.AnswersLate => Protocol.Select(kind => SxtGatewayFault.DelayAnswer(_timeout * 1.25, kind: kind)),
            GatewayFault.RefreshAnswerLost => [SxtGatewayFault.DropAfter(times: 1, SxtGatewayCallKind.Refresh)],
            GatewayFault.LoginAnswerLost =>
            [
                SxtGatewayFault.DropAfter(times: 1, SxtGatewayCallKind.Token),
                SxtGatewayFault.DropAfter(times: 1, SxtGatewayCallKind.ApiKeyExchange),
            ],
            _ => throw new ArgumentOutOfRangeException(nameof(fault)),
        };
        foreach (var each in faults)
        {
            Emulator.InjectFault(each);
        }
    }

    public void EndFault()
    {
        Emulator.ClearFaults();
        Fault = null;
    }

    public async ValueTask DisposeAsync()
    {
        await Emulator.DisposeAsync();
        try
        {
            _secrets.Delete(recursive: true);
        }
        catch (DirectoryNotFoundException)
        {
            // Whoever cleans the temporary directory was faster.
        }
    }

    /// <summary>Makes the farm's key, and lets the gateway know it.</summary>
    private async Task MakeKeyAsync(bool isApiKey, CancellationToken cancellationToken)
    {
        if (_device is not null)
        {
            Emulator.AddUser(UserId, await _device.MakeAsync(cancellationToken));
            return;
        }

        if (!isApiKey)
        {
            Emulator.AddUserWithKeyFile(UserId, KeyFile);
            return;
        }

        var apiKey = $"sxt_{RandomNumberGenerator.GetHexString(64, lowercase: true)}";
        Emulator.AddApiKey(UserId, apiKey);
        await PrivateFile.WriteAsync(KeyFile, apiKey, cancellationToken);
    }
}
