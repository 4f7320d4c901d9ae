using System.Globalization;

namespace WebFarm;

/// <summary>Which faults a check makes.</summary>
[Flags]
public enum ChaosKinds
{
    None = 0,
    Kill = 1,
    Pause = 2,
    Cache = 4,
    Gateway = 8,

    /// <summary>The renewal lock is held by nobody, for as long as three tokens live.</summary>
    Lock = 16,

    /// <summary>The cache accepts connections and never answers.</summary>
    Silence = 32,
    All = Kill | Pause | Cache | Gateway | Lock | Silence,
}

/// <summary>What the command line asks for.</summary>
public sealed record CommandLine
{
    public const string Usage = """
        dotnet run --project samples/WebFarm -- [options]

          --instances N        processes of the web API (3)
          --app FILE           a published samples/WebApi, an executable or a WebApi.dll, instead of the one that was built
          --rate R             requests per second and instance (50)
          --redis HOST:PORT    use this running Redis-protocol server instead of starting one
          --gateway KIND       strict (default): a refresh ends older access tokens, and refresh tokens work once; lenient; or
                               losing: strict, and the answer to each refresh is lost
          --credential KIND    key (default): a signing key in a file; api-key: an API key alone, exchanged at the network's proxy;
                               pkcs11: a signing key in a SoftHSM token (Debian: softhsm2), and a seal of its own; or backup: a
                               signing key behind one whose file is missing
          --skew S             how far the gateway's clock is ahead, in seconds (0)
          --session S          how long a session lives, in seconds (120)
          --latency MS         how long each gateway call takes (20)
          --port N             port of the live page (any free one)

          --check              no page: run to a verdict; the last line is JSON, and the exit code is 0 for a pass only
          --seconds S          how long the traffic lasts (60)
          --chaos KINDS        none (default), kill, pause, cache, gateway, lock, silence or all; several with commas
          --outage S           at the end the gateway refuses for S seconds, which had better be longer than a token lives (20);
                               the requests that fail meanwhile don't count, but recoveryMs says for how long they did
          --cache-outage S     before that, the cache is away for S seconds (0)
          --callers R          tokens of callers that are presented to each instance per second (0)
          --strangers R        tokens of users that are not allowed, presented likewise (0)
          --metrics FILE       records the instances' metrics; see docs/operations.md
          --seed N             repeats the faults of an earlier check (else drawn and printed)
          --cold-starts N      starts of the whole farm that are measured first (3)
          --timeline           prints what happened in the farm also after a pass
        """;

    public FarmSettings Farm { get; init; } = new();

    public bool IsCheck { get; init; }

    public bool IsHelp { get; init; }

    public bool ShowsTimeline { get; init; }

    public int Port { get; init; }

    public TimeSpan Duration { get; init; } = TimeSpan.FromSeconds(60);

    public ChaosKinds Chaos { get; init; }

    /// <summary>How long the gateway refuses at the end.</summary>
    public TimeSpan Outage { get; init; }

    /// <summary>How long the cache is away before that.</summary>
    public TimeSpan CacheOutage { get; init; }

    /// <summary>Tokens of callers that are presented to each instance per second.</summary>
    public int Callers { get; init; }

    /// <summary>The same of users that are not allowed.</summary>
    public int Strangers { get; init; }

    /// <summary>Where the instances' metrics are recorded.</summary>
    public string? Metrics { get; init; }

    public int Seed { get; init; } = Random.Shared.Next(1, 1_000_000);

    public int ColdStarts { get; init; } = 3;

    /// <summary>Reads the arguments.</summary>
    /// <exception cref="FormatException">They can't be understood; the message says which and why.</exception>
    public static CommandLine Parse(string[] arguments)
    {
        var line = new CommandLine();
        for (var index = 0; index < arguments.Length; index++)
        {
            var option = arguments[index];
            line = option switch
            {
                "--help" or "-h" => line with { IsHelp = true },
                "--check" => line with { IsCheck = true },
                "--timeline" => line with { ShowsTimeline = true },
                "--instances" => line with { Farm = line.Farm with { Instances = Number(1, 100) } },
                "--app" => line with { Farm = line.Farm with { App = ExistingFile() } },
                "--rate" => line with { Farm = line.Farm with { Rate = Number(1, 10_000) } },
                "--redis" => line with { Farm = line.Farm with { Redis = Value() } },
                "--latency" => line with { Farm = line.Farm with { GatewayLatency = TimeSpan.FromMilliseconds(Number(0, 1_000)) } },
                "--gateway" => line with
                {
                    Farm = line.Farm with
                    {
                        IsGatewayLenient = OneOf("strict", "lenient", "losing") == "lenient",
                        LosesRefreshes = arguments[index] == "losing",
                    },
                },
                "--credential" => line with
                {
                    Farm = line.Farm with
                    {
                        Credential = Value() switch
                        {
                            "key" => FarmCredential.Key,
                            "api-key" => FarmCredential.ApiKey,
                            "backup" => FarmCredential.Backup,
                            "pkcs11" when FarmDevice.IsAvailable => FarmCredential.Pkcs11,
                            "pkcs11" => throw new FormatException("--credential pkcs11 needs SoftHSM 2 (Debian: softhsm2), which is not installed."),
                            var other => throw new FormatException($"--credential is key, api-key, pkcs11 or backup, not '{other}'."),
                        },
                    },
                },
                "--skew" => line with { Farm = line.Farm with { GatewayClockOffset = TimeSpan.FromSeconds(Number(0, 86_400)) } },
                "--session" => line with { Farm = line.Farm with { SessionLifetime = TimeSpan.FromSeconds(Number(60, 86_400)) } },
                "--port" => line with { Port = Number(0, 65_535) },
                "--seconds" => line with { Duration = TimeSpan.FromSeconds(Number(1, 86_400)) },
                "--outage" => line with { Outage = TimeSpan.FromSeconds(Number(0, 3_600)) },
                "--cache-outage" => line with { CacheOutage = TimeSpan.FromSeconds(Number(0, 3_600)) },
                "--callers" => line with { Callers = Number(0, 1_000) },
                "--strangers" => line with { Strangers = Number(0, 1_000) },
                "--metrics" => line with { Metrics = Value() },
                "--seed" => line with { Seed = Number(0, int.MaxValue) },
                "--cold-starts" => line with { ColdStarts = Number(0, 20) },
                "--chaos" => line with
                {
                    Chaos = Value() is var kinds && Enum.TryParse<ChaosKinds>(kinds, ignoreCase: true, out var chaos)
                        && (chaos & ~ChaosKinds.All) == 0
                        ? chaos
                        : throw new FormatException($"--chaos is none, kill, pause, cache, gateway, lock, silence or all, not '{kinds}'."),
                },
                _ => throw new FormatException($"There is no option '{option}'."),
            };

            string Value() => ++index < arguments.Length
                ? arguments[index]
                : throw new FormatException($"{option} needs a value.");

            string ExistingFile() => File.Exists(Value())
                ? Path.GetFullPath(arguments[index])
                : throw new FormatException($"{option}: there is no file '{arguments[index]}'.");

            string OneOf(params string[] values) => values.Contains(Value())
                ? arguments[index]
                : throw new FormatException($"{option} is {string.Join(", ", values[..^1])} or {values[^1]}, not '{arguments[index]}'.");

            int Number(int least, int most) =>
                int.TryParse(Value(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
                    ? number
                    : throw new FormatException($"{option} takes a whole number from {least} to {most}, not '{arguments[index]}'.");
        }

        return line;
    }
}
