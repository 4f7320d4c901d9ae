using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using SxtAspNet.Packages.Tests.Infrastructure;
using SxtAspNet.Testing;

namespace SxtAspNet.Packages.Tests;

/// <summary>docs/testing.md lists every option of the emulator with its default, and every fault.</summary>
public sealed partial class EmulatorTablesTests
{
    private static readonly string Page = Readme.At("docs/testing.md").Text;

    [GeneratedRegex(@"^\| `(?<name>\w+)` \| (?<default>[^|]+) \|", RegexOptions.Multiline)]
    private static partial Regex Option { get; }

    [GeneratedRegex(@"^\| `(?<name>\w+)\(", RegexOptions.Multiline)]
    private static partial Regex Fault { get; }

    [Fact]
    public void Every_option_is_in_the_table_with_its_default()
    {
        var defaults = new SxtGatewayEmulatorOptions();
        var expected = typeof(SxtGatewayEmulatorOptions).GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Select(property => (property.Name, Text(property.GetValue(defaults))));

        var table = Option.Matches(Section("## Options of the emulator")).Select(row => (row.Groups["name"].Value, row.Groups["default"].Value));

        Assert.Equal(expected.Order(), table.Order());
    }

    [Fact]
    public void Every_fault_is_in_the_table()
    {
        var expected = typeof(SxtGatewayFault).GetMethods(BindingFlags.Public | BindingFlags.Static)
            .Where(method => method.ReturnType == typeof(SxtGatewayFault)).Select(method => method.Name);

        Assert.Equal(expected.Order(), Fault.Matches(Section("## Faults")).Select(row => row.Groups["name"].Value).Order());
    }

    private static string Section(string heading)
    {
        var from = Page.IndexOf($"{heading}\n", StringComparison.Ordinal);
        Assert.True(from >= 0, $"docs/testing.md has no '{heading}'.");
        var to = Page.IndexOf("\n## ", from, StringComparison.Ordinal);
        return to < 0 ? Page[from..] : Page[from..to];
    }

    private static string Text(object? value) => value switch
    {
        null or ICollection { Count: 0 } => "none",
        bool flag => flag ? "`true`" : "`false`",
        _ => string.Create(CultureInfo.InvariantCulture, $"`{value}`"),
    };
}
