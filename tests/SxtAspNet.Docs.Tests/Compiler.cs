using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SxtAspNet.Docs.Tests;

/// <summary>
/// Compiles what the documentation prints. A block that says what it uses is a whole file and gets nothing but the implicit usings of its
/// kind of project. Any other block is a part of one: it gets the variables that a Program.cs has, and what the page's other blocks declare.
/// </summary>
internal static class Compiler
{
    private const string WebUsings =
        """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
        global using System.Net.Http; global using System.Net.Http.Json; global using System.Threading; global using System.Threading.Tasks;
        global using Microsoft.AspNetCore.Builder; global using Microsoft.AspNetCore.Hosting; global using Microsoft.AspNetCore.Http;
        global using Microsoft.AspNetCore.Routing; global using Microsoft.Extensions.Configuration; global using Microsoft.Extensions.DependencyInjection;
        global using Microsoft.Extensions.Hosting; global using Microsoft.Extensions.Logging;
        """;

    private const string PlainUsings =
        """
        global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq;
        global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;
        """;

    /// <summary>What parts of files may use without saying so.</summary>
    private const string PartUsings =
        """
        global using System.Net; global using System.Security.Cryptography.X509Certificates; global using System.Text.Json;
        global using Azure.Identity; global using Azure.Security.KeyVault.Secrets; global using Microsoft.AspNetCore.Authentication;
        global using Microsoft.AspNetCore.Authorization; global using Microsoft.AspNetCore.DataProtection;
        global using Microsoft.AspNetCore.Diagnostics.HealthChecks; global using Microsoft.AspNetCore.TestHost;
        global using Microsoft.Extensions.Diagnostics.HealthChecks; global using Microsoft.Extensions.Options;
        global using Medallion.Threading; global using StackExchange.Redis; global using SxtAspNet; global using SxtAspNet.Testing;
        """;

    /// <summary>What the reader's app has, and the pages only name.</summary>
    private const string ReadersApp =
        """
        public partial class Program;
        public sealed class BlocksClient(HttpClient client) { public HttpClient Client => client; public Task<string> GetLatestAsync(CancellationToken token) => client.GetStringAsync("", token); }
        public sealed class ReportsClient(HttpClient client) { public HttpClient Client => client; }
        public static class Greeter
        {
            public sealed class GreeterClient : Grpc.Core.ClientBase<GreeterClient>
            {
                public GreeterClient(Grpc.Core.CallInvoker invoker) : base(invoker) { }
                private GreeterClient(ClientBaseConfiguration configuration) : base(configuration) { }
                protected override GreeterClient NewInstance(ClientBaseConfiguration configuration) => new(configuration);
            }
        }
        """;

    private static readonly MetadataReference[] References =
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!)
            .Split(System.IO.Path.PathSeparator)

            // It is made of the library's own sources.
            .Where(path => System.IO.Path.GetFileName(path) != "SxtAspNet.Tool.dll")
            .Select(path => MetadataReference.CreateFromFile(path)),
    ];

    public static IEnumerable<string> Check(CodeBlock block) => IsWholeFile(block.Text)
        ? Compile(block, block.Text, block.Text.Contains("WebApplication", StringComparison.Ordinal) ? WebUsings : PlainUsings, "")
        : Compile(block, AsFile(block.Text), WebUsings + PartUsings, ReadersApp);

    private static bool IsWholeFile(string text) => text.TrimStart().StartsWith("using ", StringComparison.Ordinal)
        && !text.TrimStart().StartsWith("using var", StringComparison.Ordinal);

    private static string AsFile(string text)
    {
        var root = CSharpSyntaxTree.ParseText(text).GetCompilationUnitRoot();
        var statements = string.Join("\n", root.Members.OfType<GlobalStatementSyntax>().Select(statement => statement.ToFullString()));
        var types = string.Join("\n", root.Members.Where(member => member is not GlobalStatementSyntax).Select(member => member.ToFullString()));
        return $$"""
            #nullable enable
            {{types}}
            internal static class Part
            {
                public static async Task RunAsync(
                    WebApplicationBuilder builder, WebApplication app, IServiceCollection services, IServiceProvider provider, IHttpClientBuilder client,
                    SxtGatewayEmulator gateway, HttpRequestMessage request, SxtOptions options, ISxtSession session, TimeProvider clock,
                    IWebHostBuilder host, SxtBuilder sxt, CancellationToken cancellationToken)
                {
                    await Task.Yield();
                    {
                        {{statements}}
                    }
                }
            }
            """;
    }

    private static IEnumerable<string> Compile(CodeBlock block, string text, string usings, string surroundings)
    {
        var options = new CSharpParseOptions(LanguageVersion.Latest);
        var hasStatements = CSharpSyntaxTree.ParseText(text).GetCompilationUnitRoot().Members.OfType<GlobalStatementSyntax>().Any();
        var compilation = CSharpCompilation.Create(
            "Documentation",
            [
                CSharpSyntaxTree.ParseText(usings, options),
                CSharpSyntaxTree.ParseText(surroundings.Length > 0 ? surroundings : hasStatements ? "" : "public partial class Program;", options),
                CSharpSyntaxTree.ParseText(text, options, path: block.ToString()),
            ],
            References,
            new CSharpCompilationOptions(
                hasStatements ? OutputKind.ConsoleApplication : OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        return compilation.GetDiagnostics()
            .Where(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)
            .Select(diagnostic => $"{block}: {diagnostic.GetMessage(System.Globalization.CultureInfo.InvariantCulture)} ({diagnostic.Id})");
    }
}
