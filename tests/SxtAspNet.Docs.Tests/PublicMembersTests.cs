using System.Reflection;
using System.Xml.Linq;

namespace SxtAspNet.Docs.Tests;

/// <summary>The compiler demands a summary of each public member; here, the rest.</summary>
public sealed class PublicMembersTests
{
    // Their summaries say what they return.
    private static readonly string[] Plain = [nameof(ToString), nameof(IDisposable.Dispose), nameof(IAsyncDisposable.DisposeAsync)];

    [Theory]
    [InlineData("SxtAspNet")]
    [InlineData("SxtAspNet.Aspire.Hosting")]
    [InlineData("SxtAspNet.AzureKeyVault")]
    [InlineData("SxtAspNet.Pkcs11")]
    [InlineData("SxtAspNet.Redis")]
    [InlineData("SxtAspNet.Testing")]
    [InlineData("SxtAspNet.Testing.Farm")]
    public void Parameters_and_results_are_documented(string package)
    {
        var assembly = Assembly.Load(package);
        var docs = XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml")).Descendants("member").ToDictionary(member => member.Attribute("name")!.Value);
        var methods = assembly.GetExportedTypes()
            .SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly))
            .Where(method => !method.IsSpecialName && !Plain.Contains(method.Name) && !IsAccessor(method))
            .ToLookup(method => $"M:{method.DeclaringType!.FullName!.Replace('+', '.')}.{method.Name}");

        var lacking = docs
            .Where(member => methods.Contains(NameOf(member.Key)) && member.Value.Element("inheritdoc") is null)
            .Where(member => member.Value.Elements("param").Count() < ParametersOf(member.Key)
                || (member.Value.Element("returns") is null && methods[NameOf(member.Key)].All(method => method.ReturnType != typeof(void))))
            .Select(member => member.Key);

        Assert.NotEmpty(methods);
        Assert.Empty(lacking);
    }

    /// <summary>Of an extension property; the property is documented.</summary>
    private static bool IsAccessor(MethodInfo method) =>
        method.IsStatic && (method.Name.StartsWith("get_", StringComparison.Ordinal) || method.Name.StartsWith("set_", StringComparison.Ordinal));

    /// <summary>"M:Type.Method``1(System.Int32)" without generic arity and parameters.</summary>
    private static string NameOf(string id) => id.Split('(')[0].Split("``")[0];

    private static int ParametersOf(string id)
    {
        var start = id.IndexOf('(', StringComparison.Ordinal);
        if (start < 0)
        {
            return 0;
        }

        var (count, depth) = (1, 0);
        foreach (var character in id[(start + 1)..])
        {
            depth += character is '{' or '[' or '(' ? 1 : character is '}' or ']' or ')' ? -1 : 0;
            count += character == ',' && depth == 0 ? 1 : 0;
        }

        return count;
    }
}
