using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SxtAspNet.Docs.Tests;

/// <summary>
/// Compiles what the documentation prints: as a whole file, with nothing but the implicit usings of its kind of project; or, where that is
/// not what it is, as a part of one, in one of the places where parts stand: an app's Program.cs, the options of the scheme for callers, a test.
/// </summary>
internal static partial class Compiler
{
    private const string PlainUsings =
        """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
        global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;
        """;

    private const string WebUsings = PlainUsings +
        """

        global using System.Net.Http.Json; global using Microsoft.AspNetCore.Builder; global using Microsoft.AspNetCore.Hosting;
        global using Microsoft.AspNetCore.Http; global using Microsoft.AspNetCore.Routing; global using Microsoft.Extensions.Configuration;
        global using Microsoft.Extensions.DependencyInjection; global using Microsoft.Extensions.Hosting; global using Microsoft.Extensions.Logging;
        """;

    /// <summary>What a part may use without saying so.</summary>
    private const string PartUsings = WebUsings +
        """

        global using System.Net; global using System.Security.Claims; global using System.Security.Cryptography.X509Certificates; global using System.Text.Json;
        global using Azure.Identity; global using Azure.Security.KeyVault.Secrets; global using Microsoft.AspNetCore.Authentication;
        global using Microsoft.AspNetCore.Authorization; global using Microsoft.AspNetCore.DataProtection;
        global using Microsoft.AspNetCore.Diagnostics.HealthChecks; global using Microsoft.AspNetCore.TestHost;
        global using Microsoft.Extensions.Diagnostics.HealthChecks; global using Microsoft.Extensions.Options; global using OpenTelemetry;
        global using Medallion.Threading; global using StackExchange.Redis; global using SxtAspNet; global using SxtAspNet.Testing; global using Xunit;
        global using Aspire.Hosting; global using Aspire.Hosting.ApplicationModel; global using Aspire.Hosting.Testing;
        global using OpenTelemetry.Metrics; global using OpenTelemetry.Trace;
        """;

    private static readonly string[] Common =
    [
        "IServiceCollection services", "IServiceProvider provider", "SxtGatewayEmulator gateway", "HttpRequestMessage request", "ISxtSession session",
        "TimeProvider clock", "SxtBuilder sxt", "CancellationToken cancellationToken", "IConfigurationSection section", "string connectionString", "string[] args",
    ];

    private static readonly string[][] Places =
    [
        [.. Common, "WebApplicationBuilder builder", "WebApplication app", "IHttpClientBuilder client", "SxtOptions options"],
        [.. Common, "WebApplicationBuilder builder", "WebApplication app", "SxtBearerOptions options"],
        [.. Common.Where(variable => variable != "SxtBuilder sxt"), "IDistributedApplicationBuilder builder", "IResourceBuilder<SxtGatewayResource> sxt"],
        [.. Common, "IWebHostBuilder builder", "IWebHostBuilder host", "HttpClient client", "SxtGatewayEmulatorOptions options"],
    ];

    /// <summary>What the reader's app has, and what packages bring that the tests don't refer to.</summary>
    private static readonly Dictionary<string, string> ReadersApp = new()
    {
        ["Program"] = "public partial class Program;",
        ["BlocksClient"] = "public sealed class BlocksClient(HttpClient client) { public HttpClient Client => client; }",
        ["ReportsClient"] = "public sealed class ReportsClient(HttpClient client) { public HttpClient Client => client; }",
        ["GreeterClient"] =
            """
            public static class Greeter
            {
                public sealed class GreeterClient : Grpc.Core.ClientBase<GreeterClient>
                {
                    public GreeterClient(Grpc.Core.CallInvoker invoker) : base(invoker) { }
                    private GreeterClient(ClientBaseConfiguration configuration) : base(configuration) { }
                    protected override GreeterClient NewInstance(ClientBaseConfiguration configuration) => new(configuration);
                }
            }
            """,
        ["Projects."] =
            """
            namespace Projects
            {
                public sealed class Orders : IProjectMetadata { public string ProjectPath => ""; }
                public sealed class AppHost : IProjectMetadata { public string ProjectPath => ""; }
            }

            public static class AspireRedis
            {
                public static IResourceBuilder<IResourceWithConnectionString> AddRedis(this IDistributedApplicationBuilder builder, string name) =>
                    builder.AddConnectionString(name);
            }
            """,
        ["HardwareKeySource"] = "public sealed class HardwareKeySource : ISxtKeySource { public ValueTask<SxtCredential> OpenAsync(CancellationToken token) => throw new NotSupportedException(); }",
        ["SlotKind"] = "public sealed class SlotOptions { public string Library { get; set; } = \"\"; } public sealed class SlotKind : ISxtKeyKind<SlotOptions> { public string Name => \"Slot\"; public IEnumerable<string> Validate(string setting, SlotOptions options) => []; public ISxtKeySource Create(SxtKeyOptions entry, SlotOptions options) => throw new NotSupportedException(); }",
        ["PostgresSessionStore"] =
            """
            public sealed class NpgsqlDataSource;
            public sealed class PostgresSessionStore(NpgsqlDataSource source) : ISxtSessionStore
            {
                public NpgsqlDataSource Source => source;
                public ValueTask<byte[]?> ReadAsync(string key, CancellationToken token) => throw new NotSupportedException();
                public ValueTask<bool> TryReplaceAsync(string key, byte[]? expected, byte[] record, TimeSpan timeToLive, CancellationToken token) =>
                    throw new NotSupportedException();
            }
            public sealed class PostgresDistributedSynchronizationProvider(string connection) : IDistributedLockProvider
            {
                public string Connection => connection;
                public IDistributedLock CreateLock(string name) => throw new NotSupportedException();
            }
            """,
        ["ConfigureForAzureWithTokenCredentialAsync"] =
            """
            public static class AzureRedis { public static Task<ConfigurationOptions> ConfigureForAzureWithTokenCredentialAsync(this ConfigurationOptions options, Azure.Core.TokenCredential credential) => Task.FromResult(options); }
            """,
    };

    private static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(System.IO.Path.PathSeparator)

            // It is made of the library's own sources.
            .Where(path => System.IO.Path.GetFileName(path) != "SxtAspNet.Tool.dll")
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    [GeneratedRegex("""class (?<name>\w+)""")]
    private static partial Regex Classes { get; }

    /// <returns>What is wrong, in the place where least is.</returns>
    public static IReadOnlyList<string> Check(CodeBlock block) =>
        Attempts(block).OrderBy(problems => problems.Count).First();

    private static IEnumerable<IReadOnlyList<string>> Attempts(CodeBlock block)
    {
        yield return Compile(block, block.Text, block.Text.Contains("WebApplication", StringComparison.Ordinal) ? WebUsings : PlainUsings, ["Program"]);
        foreach (var place in Places)
        {
            yield return Compile(block, AsFile(block.Text, place), PartUsings, ReadersApp.Keys);
        }
    }

    private static string AsFile(string text, string[] place)
    {
        var root = CSharpSyntaxTree.ParseText(text).GetCompilationUnitRoot();
        return $$"""
            #nullable enable
            {{string.Join("\n", root.Usings.Select(directive => directive.ToFullString()))}}
            {{string.Join("\n", root.Members.Where(member => member is not GlobalStatementSyntax).Select(member => member.ToFullString()))}}
            internal static class Part
            {
                {{string.Join("\n", place.Select(variable => $"private static readonly {variable} = default!;"))}}
                public static async Task RunAsync()
                {
                    await Task.Yield();
                    {{string.Join("\n", root.Members.OfType<GlobalStatementSyntax>().Select(statement => statement.ToFullString()))}}
                }
            }
            """;
    }

    private static string[] Compile(CodeBlock block, string text, string usings, IEnumerable<string> surroundings)
    {
        var options = new CSharpParseOptions(LanguageVersion.Latest);
        var hasStatements = CSharpSyntaxTree.ParseText(text).GetCompilationUnitRoot().Members.OfType<GlobalStatementSyntax>().Any();
        var own = Classes.Matches(text).Select(match => match.Groups["name"].Value).ToHashSet();
        var used = surroundings.Where(name => !own.Contains(name) && (name != "Program" || !hasStatements) && text.Contains(name, StringComparison.Ordinal));
        var compilation = CSharpCompilation.Create(
            "Documentation",
            [
                CSharpSyntaxTree.ParseText(usings, options),
                CSharpSyntaxTree.ParseText(string.Join("\n", used.Select(name => ReadersApp[name])), options),
                CSharpSyntaxTree.ParseText(text, options, path: block.ToString()),
            ],
            References,
            new CSharpCompilationOptions(
                hasStatements ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        return [.. compilation.GetDiagnostics()
            .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
            .Select(diagnostic => $"{block}: {diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture)} ({diagnostic.Id})")];
    }
}
