using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace SxtAspNet.Tests.Schema;

/// <summary>The documentation comments of an assembly, from the file that the compiler wrote beside it.</summary>
internal sealed partial class XmlDocs(Assembly assembly)
{
    private readonly Dictionary<string, XElement> _members = XDocument.Load(Path.ChangeExtension(assembly.Location, ".xml"))
        .Descendants("member")
        .ToDictionary(member => member.Attribute("name")!.Value);

    /// <summary>The summary as plain text; <see langword="null"/> when there is none.</summary>
    public string? Summary(MemberInfo member) => member.DeclaringType is { } type
        && _members.TryGetValue($"{(member is FieldInfo ? 'F' : 'P')}:{type.FullName}.{member.Name}", out var doc)
            ? Text(doc.Element("summary")!)
            : null;

    private static string Text(XElement element) => Space().Replace(string.Concat(element.Nodes().Select(Text)), " ").Trim();

    private static string Text(XNode node) => node switch
    {
        XText text => text.Value,
        XElement { Name.LocalName: "see" } see => see.Attribute("langword")?.Value ?? NameOf(see.Attribute("cref")!.Value),
        XElement element => Text(element),
        _ => "",
    };

    /// <summary>"P:SxtAspNet.SxtOptions.RenewBefore" is RenewBefore to whoever writes settings.</summary>
    private static string NameOf(string cref) => cref.Split('(')[0].Split('.')[^1];

    [GeneratedRegex(@"\s+")]
    private static partial Regex Space();
}
