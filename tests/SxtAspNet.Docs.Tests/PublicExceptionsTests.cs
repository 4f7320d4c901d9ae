using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace SxtAspNet.Docs.Tests;

/// <summary>
/// What a public member throws is in its documentation: by its own statements, or by those of its type that it calls. That an argument may not
/// be null is in its type.
/// </summary>
public sealed class PublicExceptionsTests
{
    private static readonly string[] Undocumented = ["ArgumentNullException"];

    public static TheoryData<string> Packages => [.. Directory.GetDirectories(Path.Combine(Page.Root, "src"))
        .Select(directory => Path.GetFileName(directory)!)
        .Where(name => name != "SxtAspNet.Tool")];

    [Theory]
    [MemberData(nameof(Packages))]
    public void What_a_member_throws_is_documented(string package)
    {
        var types = Directory.GetFiles(Path.Combine(Page.Root, "src", package), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(file => CSharpSyntaxTree.ParseText(File.ReadAllText(file)).GetRoot().DescendantNodes().OfType<TypeDeclarationSyntax>())
            .Where(type => type.AncestorsAndSelf().OfType<TypeDeclarationSyntax>().All(IsPublic))
            .ToArray();

        string[] lacking =
        [
            .. from type in types
            from member in type.Members.Where(member => IsPublic(member) && member is not BaseTypeDeclarationSyntax)
            let docs = member.GetLeadingTrivia().ToFullString()
            where !docs.Contains("<inheritdoc", StringComparison.Ordinal)
            from thrown in Thrown(member, type).Except(Undocumented)
            where !docs.Contains($"<exception cref=\"{thrown}\"", StringComparison.Ordinal)
            select $"{type.Identifier}.{NameOf(member)}: {thrown}",
        ];

        Assert.NotEmpty(types);
        Assert.True(lacking.Length == 0, string.Join(Environment.NewLine, lacking.Distinct()));
    }

    private static bool IsPublic(MemberDeclarationSyntax member) => member.Modifiers.Any(SyntaxKind.PublicKeyword);

    private static string NameOf(MemberDeclarationSyntax member) => member switch
    {
        MethodDeclarationSyntax method => method.Identifier.Text,
        PropertyDeclarationSyntax property => property.Identifier.Text,
        _ => member.Kind().ToString(),
    };

    private static IEnumerable<string> Thrown(MemberDeclarationSyntax member, TypeDeclarationSyntax type)
    {
        var seen = new HashSet<MemberDeclarationSyntax>();
        var waiting = new Queue<MemberDeclarationSyntax>([member]);
        while (waiting.TryDequeue(out var next))
        {
            if (!seen.Add(next))
            {
                continue;
            }

            // What a lambda throws, it throws later, and often at somebody else.
            var nodes = next.DescendantNodes(node => node is not AnonymousFunctionExpressionSyntax).ToArray();
            foreach (var node in nodes)
            {
                switch (node)
                {
                    case ThrowStatementSyntax { Expression: ObjectCreationExpressionSyntax created }:
                        yield return created.Type.ToString();
                        break;
                    case ThrowExpressionSyntax { Expression: ObjectCreationExpressionSyntax created }:
                        yield return created.Type.ToString();
                        break;
                    case InvocationExpressionSyntax { Expression: MemberAccessExpressionSyntax { Name.Identifier.Text: var name } guard }
                        when name.StartsWith("ThrowIf", StringComparison.Ordinal) && guard.Expression.ToString().EndsWith("Exception", StringComparison.Ordinal):
                        yield return name == "ThrowIfNullOrWhiteSpace" || name == "ThrowIfNullOrEmpty" ? "ArgumentException" : guard.Expression.ToString();
                        break;
                    case InvocationExpressionSyntax { Expression: IdentifierNameSyntax called }:
                        foreach (var method in type.Members.OfType<MethodDeclarationSyntax>().Where(method => method.Identifier.Text == called.Identifier.Text && !IsPublic(method)))
                        {
                            waiting.Enqueue(method);
                        }

                        break;
                }
            }
        }
    }
}
