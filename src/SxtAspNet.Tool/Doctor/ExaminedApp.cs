using System.Collections.Concurrent;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using SxtAspNet.DependencyInjection;
using SxtAspNet.Redis;
using SxtAspNet.Sessions;

namespace SxtAspNet.Tool.Doctor;

/// <summary>
/// The parts of an app's identity, put together from its settings by the library's own registration, so that they are what the app
/// has. Nothing is started: no session is used or published.
/// </summary>
internal sealed class ExaminedApp : IAsyncDisposable
{
    private readonly ServiceProvider _provider;
    private readonly Warnings _warnings = new();

    public ExaminedApp(ExaminedSettings settings)
    {
        Settings = settings;
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning).AddProvider(_warnings));
        var sxt = services.AddSxt(settings.Configuration.GetSection(settings.Section)).AddAzureKeyVault().AddPkcs11();
        services.PostConfigureAll<SxtOptions>(options => ResolvePaths(options, settings.Folder));
        if (settings.RedisConnection is { } connection)
        {
            sxt.AddRedis(redis =>
            {
                settings.ConfigureRedis(redis);

                // The client counts INFO among the commands of administrators; only it does.
                redis.Configuration = $"{connection},allowAdmin=true";
            });
        }

        _provider = services.BuildServiceProvider();
    }

    public ExaminedSettings Settings { get; }

    /// <summary>The settings once they are known to be sound.</summary>
    public SxtOptions Options => _provider.GetRequiredService<IOptionsMonitor<SxtOptions>>().Get("");

    /// <exception cref="OptionsValidationException">They are not sound.</exception>
    public SxtRedisOptions Redis => _provider.GetRequiredService<IOptionsMonitor<SxtRedisOptions>>().Get("");

    public IServiceProvider Services => _provider;

    /// <summary>What the instances of the farm call what they share.</summary>
    public string SessionName => Sessions.SessionName.Create(Redis.Prefix, Get<SessionIdentity>().GatewayUrl, Get<SessionIdentity>().UserId);

    public T Get<T>()
        where T : notnull => _provider.GetRequiredKeyedService<T>("");

    /// <summary>All that is wrong with the settings.</summary>
    public IReadOnlyList<string> FindProblems()
    {
        var factory = new OptionsFactory<SxtOptions>(
            _provider.GetServices<IConfigureOptions<SxtOptions>>(), _provider.GetServices<IPostConfigureOptions<SxtOptions>>());
        return _provider.GetServices<IValidateOptions<SxtOptions>>().OfType<ValidateSxtOptions>().Single().FindProblems("", factory.Create(""));
    }

    /// <summary>Reports what the library has warned of since the last time.</summary>
    public void ReportWarnings(string area, Diagnosis diagnosis)
    {
        while (_warnings.Texts.TryDequeue(out var text))
        {
            diagnosis.Warn(area, text);
        }
    }

    public ValueTask DisposeAsync() => _provider.DisposeAsync();

    /// <summary>An app resolves a relative path against the folder that it is started in.</summary>
    private static void ResolvePaths(SxtOptions options, string folder)
    {
        foreach (var entry in options.Keys.Concat(options.Seal))
        {
            entry.File = SxtApiKey.IsMeant(entry.File) ? entry.File : Resolve(entry.File);
            entry.PasswordFile = Resolve(entry.PasswordFile);
            if (entry.Pkcs11 is { } device)
            {
                device.PinFile = Resolve(device.PinFile);

                // The system looks for a name without a directory where its libraries are.
                device.Library = Path.GetFileName(device.Library) == device.Library ? device.Library : Resolve(device.Library);
            }
        }

        string? Resolve(string? path) => string.IsNullOrEmpty(path) ? path : Path.GetFullPath(path, folder);
    }

    /// <summary>Keeps what the library warns of, without exceptions: those are for logs.</summary>
    private sealed class Warnings : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Texts { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                Texts.Enqueue(formatter(state, null));
            }
        }

        public void Dispose()
        {
        }
    }
}
