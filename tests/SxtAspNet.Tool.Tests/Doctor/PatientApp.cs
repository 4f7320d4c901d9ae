using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using SxtAspNet.Redis.Tests.Infrastructure;
using SxtAspNet.Sessions;
using SxtAspNet.Testing;
using SxtAspNet.Tool.Tests.Infrastructure;

namespace SxtAspNet.Tool.Tests.Doctor;

/// <summary>The folder of an app with its settings, a gateway, and instances of the app, for the doctor to look at.</summary>
internal sealed class PatientApp : IAsyncDisposable
{
    private readonly List<Instance> _instances = [];

    private PatientApp(TestAccount account)
    {
        Account = account;
        Settings = new JsonObject
        {
            [nameof(Sxt)] = new JsonObject
            {
                ["GatewayUrl"] = account.Gateway.BaseAddress.ToString(),
                ["UserId"] = account.UserId,
                ["Keys"] = new JsonArray(new JsonObject { ["File"] = "sxt.pem" }),

                // A busy machine is no outage.
                ["StoreTimeout"] = "00:00:30",
            },
            ["SxtRedis"] = new JsonObject { [nameof(Prefix)] = Prefix, ["LockLease"] = "00:00:00.5" },
        };
    }

    public TestAccount Account { get; }

    public KeyFolder Folder => Account.Folder;

    public SxtGatewayEmulator Gateway => Account.Gateway;

    /// <summary>What the farm's keys begin with: no other test's do.</summary>
    public string Prefix { get; } = $"test-{Guid.NewGuid():N}:";

    public JsonObject Settings { get; }

    public JsonObject Sxt => Settings[nameof(Sxt)]!.AsObject();

    public string RecordKey => SessionName.Create(Settings["SxtRedis"]![nameof(Prefix)]!.ToString(), Gateway.BaseAddress, Sxt["UserId"]!.ToString());

    public static async Task<PatientApp> CreateAsync(string? redis = null, SxtGatewayEmulatorOptions? gateway = null)
    {
        var app = new PatientApp(await TestAccount.StartAsync(gateway));
        if (redis is not null)
        {
            app.Settings["ConnectionStrings"] = new JsonObject { ["redis"] = Times.Patiently(redis) };
        }

        return app;
    }

    /// <summary>An app whose connection leads nowhere; it is not waited for.</summary>
    public static async Task<PatientApp> CreateWithoutServerAsync(string redis)
    {
        var app = await CreateAsync();
        app.Settings["ConnectionStrings"] = new JsonObject { ["redis"] = redis };
        return app;
    }

    /// <summary>Starts an instance with the settings as they are now.</summary>
    public async Task<Instance> StartInstanceAsync()
    {
        var configuration = new ConfigurationBuilder().AddJsonFile(WriteSettings()).Build();
        var instance = new Instance(services =>
        {
            services.PostConfigureAll<SxtOptions>(options => options.Keys[0].File = Folder.At(options.Keys[0].File!));
            services.AddSxt(configuration.GetSection("Sxt")).AddRedis(redis =>
            {
                redis.Configuration = configuration.GetConnectionString("redis");
                redis.Prefix = configuration["SxtRedis:Prefix"]!;
            });
        });
        _instances.Add(instance);
        await instance.StartAsync();
        return instance;
    }

    /// <summary>Starts an instance, and waits until it has the farm's session and listens.</summary>
    public async Task<Instance> StartSharingAsync()
    {
        var instance = await StartInstanceAsync();
        await Eventually.IsTrueAsync(
            () => instance.Status is { State: SxtSessionState.Active, Mode: not SxtSessionMode.Private }, "the instance shares the session", instance.ToString);
        return instance;
    }

    /// <summary>Has the doctor look at it.</summary>
    public async Task<Report> ExamineAsync(params string[] options)
    {
        WriteSettings();
        var result = await Infrastructure.Sxt.RunAsync(
            ["doctor", "--project", Folder.At("."), .. options.Contains("--environment") ? options : ["--environment", "Production", .. options], "--json"]);
        Assert.Empty(result.Error);
        return new Report(result);
    }

    public string WriteSettings() => Folder.Write("appsettings.json", Settings.ToJsonString());

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in _instances)
        {
            await instance.DisposeAsync();
        }

        await Account.DisposeAsync();
    }

    /// <summary>What the doctor found.</summary>
    internal sealed class Report
    {
        private readonly ToolResult _result;
        private readonly (string Area, string Level, string Text)[] _findings;

        public Report(ToolResult result)
        {
            _result = result;
            var json = result.ReadJson();
            _findings = [.. json.GetProperty("findings").EnumerateArray().Select(finding => (
                finding.GetProperty("area").GetString()!,
                finding.GetProperty("level").GetString()!,
                $"{finding.GetProperty("finding").GetString()} {(finding.GetProperty("fix") is { ValueKind: JsonValueKind.String } fix ? fix.GetString() : "")}"))];
            Assert.Equal(_findings.Any(finding => finding.Level == "wrong") ? 1 : 0, result.ExitCode);
            Assert.Equal(json.GetProperty("ok").GetBoolean(), result.ExitCode == 0);
        }

        public string Text => _result.Output;

        /// <summary>How many instances listen to notices.</summary>
        public int Listeners => _findings.Where(finding => finding is { Area: "instances", Level: "ok" })
            .Select(finding => int.Parse(finding.Text.Split(' ')[0], CultureInfo.InvariantCulture)).FirstOrDefault();

        /// <summary>Checks that a finding of an area and a level has the words.</summary>
        public Report Has(string area, string level, params string[] words)
        {
            Assert.True(
                _findings.Any(finding => finding.Area == area && finding.Level == level && Array.TrueForAll(words, word => finding.Text.Contains(word, StringComparison.Ordinal))),
                $"No {level} of {area} with {string.Join(", ", words)} in:\n{_result.Output.Replace("},{", "},\n{", StringComparison.Ordinal)}");
            return this;
        }

        /// <summary>Checks that nothing is wrong or warned about but in these areas.</summary>
        public void HasNoOtherTroubleThan(params string[] areas) => Assert.DoesNotContain(
            _findings, finding => finding.Level is "wrong" or "warning" && !areas.Contains(finding.Area));
    }
}
