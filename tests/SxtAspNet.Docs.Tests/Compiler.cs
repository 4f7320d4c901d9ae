using System.Text.RegularExpressions;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SxtAspNet.Docs.Tests;

/// <summary>
/// Compiles what the documentation prints, with nothing but the implicit usings of its kind of project and those that it prints: as a whole file
/// if it makes its builder or only declares types, else as a part of one, in the place where parts of that kind stand.
/// </summary>
internal static partial class Compiler
{
    private const string PlainUsings =
        """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
        global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;

        """;

    private const string HostUsings =
        """
        global using Microsoft.Extensions.Configuration; global using Microsoft.Extensions.DependencyInjection;
        global using Microsoft.Extensions.Hosting; global using Microsoft.Extensions.Logging;

        """;

    /// <summary>Microsoft.NET.Sdk.Web.</summary>
    private static readonly Kind Web = new(
        PlainUsings + HostUsings +
        """
        global using System.Net.Http.Json; global using Microsoft.AspNetCore.Builder; global using Microsoft.AspNetCore.Hosting;
        global using Microsoft.AspNetCore.Http; global using Microsoft.AspNetCore.Routing;
        """,
        "Microsoft.AspNetCore.Builder.WebApplicationBuilder builder",
        "Microsoft.AspNetCore.Builder.WebApplication app",
        "Microsoft.Extensions.Configuration.IConfigurationSection section",
        "SxtAspNet.SxtBearerOptions options",
        "System.String connectionString");

    /// <summary>Microsoft.NET.Sdk.Worker.</summary>
    private static readonly Kind Worker = new(PlainUsings + HostUsings);

    /// <summary>Microsoft.NET.Sdk, and what the template of xunit.v3 adds.</summary>
    private static readonly Kind Test = new(
        PlainUsings + "global using Xunit;",
        "Microsoft.AspNetCore.Hosting.IWebHostBuilder builder",
        "System.Net.Http.HttpClient client");

    /// <summary>Microsoft.NET.Sdk with Aspire.AppHost.Sdk.</summary>
    private static readonly Kind AppHost = new(
        PlainUsings + "global using Aspire.Hosting; global using Aspire.Hosting.ApplicationModel;",
        "Aspire.Hosting.IDistributedApplicationBuilder builder",
        "Aspire.Hosting.ApplicationModel.IResourceBuilder<Aspire.Hosting.ApplicationModel.SxtGatewayResource> sxt");

    /// <summary>What the reader's app has beside a part.</summary>
    private static readonly Dictionary<string, string> ReadersApp = new()
    {
        ["BlocksClient"] =
            """
            public sealed class BlocksClient(HttpClient client)
            {
                public Task<string> GetLatestAsync(CancellationToken cancellationToken) => client.GetStringAsync("v1/sql", cancellationToken);
            }
            """,
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
        ["SlotKind"] =
            """
            public sealed class SlotOptions { public string Library { get; set; } = ""; }
            public sealed class SlotKind : SxtAspNet.ISxtKeyKind<SlotOptions>
            {
                public string Name => "Slot";
                public IEnumerable<string> Validate(string setting, SlotOptions options) => [];
                public SxtAspNet.ISxtKeySource Create(SxtAspNet.SxtKeyOptions entry, SlotOptions options) => throw new NotSupportedException();
            }
            """,
        ["PostgresSessionStore"] =
            """
            public sealed class PostgresSessionStore(Npgsql.NpgsqlDataSource source) : SxtAspNet.ISxtSessionStore
            {
                public Npgsql.NpgsqlDataSource Source => source;
                public ValueTask<byte[]?> ReadAsync(string key, CancellationToken token) => throw new NotSupportedException();
                public ValueTask<bool> TryReplaceAsync(string key, byte[]? expected, byte[] record, TimeSpan timeToLive, CancellationToken token) =>
                    throw new NotSupportedException();
            }
            """,
    };

    /// <summary>What packages bring, or generate, that the tests don't refer to.</summary>
    private static readonly Dictionary<string, string> Packages = new()
    {
        ["Program"] = "public partial class Program;",
        ["Projects."] =
            """
            namespace Projects
            {
                public sealed class Orders : Aspire.Hosting.IProjectMetadata { public string ProjectPath => ""; }
                public sealed class AppHost : Aspire.Hosting.IProjectMetadata { public string ProjectPath => ""; }
            }

            namespace Aspire.Hosting
            {
                public static class RedisBuilderExtensions
                {
                    public static ApplicationModel.IResourceBuilder<ApplicationModel.IResourceWithConnectionString> AddRedis(this IDistributedApplicationBuilder builder, string name) =>
                        builder.AddConnectionString(name);
                }
            }
            """,
        ["NpgsqlDataSource"] = "namespace Npgsql { public sealed class NpgsqlDataSource; }",
        ["PostgresDistributedSynchronizationProvider"] =
            """
            namespace Medallion.Threading.Postgres
            {
                public sealed class PostgresDistributedSynchronizationProvider(string connection) : IDistributedLockProvider
                {
                    public string Connection => connection;
                    public IDistributedLock CreateLock(string name) => throw new NotSupportedException();
                }
            }
            """,
        ["ConfigureForAzureWithTokenCredentialAsync"] =
            """
            namespace StackExchange.Redis
            {
                public static class AzureCacheForRedis
                {
                    public static Task<ConfigurationOptions> ConfigureForAzureWithTokenCredentialAsync(
                        this ConfigurationOptions options, Azure.Core.TokenCredential credential) => Task.FromResult(options);
                }
            }
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

    [GeneratedRegex("""\[(Fact|Theory)\]|\bAssert\.|\bSxtGatewayEmulator\b|DistributedApplicationTestingBuilder""")]
    private static partial Regex OfTests { get; }

    [GeneratedRegex("DistributedApplication|IsPublishMode")]
    private static partial Regex OfAppHosts { get; }

    [GeneratedRegex(@"Create(Application|Slim|Empty)?Builder\(")]
    private static partial Regex Builder { get; }

    /// <returns>What is wrong.</returns>
    public static IReadOnlyList<string> Check(CodeBlock block)
    {
        var kind = KindOf(block.Text);
        return IsWholeFile(block.Text)
            ? Compile(block, block.Text, kind.Usings, Packages)
            : Compile(block, AsFile(block.Text, kind.Variables), kind.Usings, [.. Packages, .. ReadersApp]);
    }

    private static Kind KindOf(string text) =>
        OfTests.IsMatch(text) ? Test
        : OfAppHosts.IsMatch(text) ? AppHost
        : text.Contains("Host.CreateApplicationBuilder(", StringComparison.Ordinal) ? Worker
        : Web;

    private static bool IsWholeFile(string text) => Builder.IsMatch(text) || !HasStatements(text);

    private static bool HasStatements(string text) => CSharpSyntaxTree.ParseText(text).GetCompilationUnitRoot().Members.OfType<GlobalStatementSyntax>().Any();

    private static string AsFile(string text, string[] variables)
    {
        var root = CSharpSyntaxTree.ParseText(text).GetCompilationUnitRoot();
        return $$"""
            #nullable enable
            {{string.Join("\n", root.Usings.Select(directive => directive.ToFullString()))}}
            {{string.Join("\n", root.Members.Where(member => member is not GlobalStatementSyntax).Select(member => member.ToFullString()))}}
            internal static class Part
            {
                {{string.Join("\n", variables.Select(variable => $"private static readonly {variable} = default!;"))}}
                public static async Task RunAsync()
                {
                    await Task.Yield();
                    {{string.Join("\n", root.Members.OfType<GlobalStatementSyntax>().Select(statement => statement.ToFullString()))}}
                }
            }
            """;
    }

    private static string[] Compile(CodeBlock block, string text, string usings, IEnumerable<KeyValuePair<string, string>> surroundings)
    {
        var options = new CSharpParseOptions(LanguageVersion.Latest);
        var hasStatements = HasStatements(text);
        var own = Classes.Matches(text).Select(match => match.Groups["name"].Value).ToHashSet();
        var used = surroundings.Where(given => !own.Contains(given.Key) && (given.Key != "Program" || !hasStatements) && text.Contains(given.Key, StringComparison.Ordinal));
        var compilation = CSharpCompilation.Create(
            "Documentation",
            [
                CSharpSyntaxTree.ParseText(usings, options),
                .. used.Select(given => CSharpSyntaxTree.ParseText(given.Value, options)),
                CSharpSyntaxTree.ParseText(text, options, path: block.ToString()),
            ],
            References,
            new CSharpCompilationOptions(
                hasStatements ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        return [.. compilation.GetDiagnostics()
            .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
            .Select(diagnostic => $"{block}: {diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture)} ({diagnostic.Id})")];
    }

    /// <summary>A kind of project: the usings that its SDK brings, and the variables that a part of its code finds.</summary>
    private sealed record Kind(string Usings, params string[] Variables);
}
