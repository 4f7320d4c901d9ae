using System.Globalization;

namespace SxtAspNet.Benchmarks.Measuring;

/// <summary>Prints what was measured as a Markdown table.</summary>
internal static class Table
{
    /// <summary>Prints ratios to the first row of each group; rows of different groups are not compared.</summary>
    public static void PrintRatios(string title, IReadOnlyList<Measured> rows, Func<Measured, Measured> baseline)
    {
        Console.WriteLine();
        Console.WriteLine($"| {title} | ratio (least to most) | ns | bytes |");
        Console.WriteLine("| --- | ---: | ---: | ---: |");
        foreach (var row in rows)
        {
            var ratios = row.Nanoseconds.Zip(baseline(row).Nanoseconds, (own, other) => own / other).Order().ToArray();
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {row.Name} | {Median(ratios):0.00} ({ratios[0]:0.00} to {ratios[^1]:0.00}) | {Median(row.Nanoseconds):#,0} | {row.AllocatedBytes:#,0} |"));
        }
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return sorted[sorted.Length / 2];
    }
}
