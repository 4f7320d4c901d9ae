using System.Globalization;
using System.Text.RegularExpressions;

namespace SxtAspNet.Testing.Core;

/// <summary>
/// The answers to SQL calls when a test brings none: the rows of ETHEREUM.BLOCKS (as many as LIMIT allows) to a query
/// of it, no rows to another query, and a count of changed rows to anything else.
/// </summary>
internal static partial class SqlTable
{
    private const int FirstBlock = 19_000_000;

    private static readonly string[] Blocks = [.. Enumerable.Range(0, 5).Select(Block)];

    public static string Answer(string sqlText)
    {
        if (!Query().IsMatch(sqlText))
        {
            return Change().IsMatch(sqlText) ? """[{"UPDATED":1}]""" : """[{"UPDATED":0}]""";
        }

        if (!sqlText.Contains("ETHEREUM.BLOCKS", StringComparison.OrdinalIgnoreCase))
        {
            return "[]";
        }

        Match limit = Limit().Match(sqlText);
        int count = limit.Success && int.TryParse(limit.Groups[1].ValueSpan, CultureInfo.InvariantCulture, out int rows)
            ? Math.Min(rows, Blocks.Length)
            : Blocks.Length;
        return $"[{string.Join(',', Blocks.Take(count))}]";
    }

    private static string Block(int index)
    {
        // Blocks follow each other every 12 seconds.
        DateTime time = new DateTime(2024, 1, 13, 18, 0, 11, DateTimeKind.Utc).AddSeconds(12 * index);
        string timeStamp = time.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        int number = FirstBlock + index;
        return string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"BLOCK_NUMBER":{{number}},"TIME_STAMP":"{{timeStamp}}","TRANSACTION_COUNT":{{120 + index}}}""");
    }

    [GeneratedRegex(@"^\s*(select|with)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Query();

    [GeneratedRegex(@"^\s*(insert|update|delete|merge)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Change();

    [GeneratedRegex(@"\blimit\s+(\d+)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Limit();
}
