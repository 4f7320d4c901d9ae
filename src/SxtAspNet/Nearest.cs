namespace SxtAspNet;

/// <summary>What somebody meant who misspelt it.</summary>
internal static class Nearest
{
    /// <returns>The first of the items that differ least; <see langword="null"/> when all differ in more than a third of the word.</returns>
    public static T? To<T>(string word, IEnumerable<T> items, Func<T, string> nameOf)
        where T : class
    {
        var nearest = items.MinBy(item => Distance(word, nameOf(item)));
        return nearest is not null && Distance(word, nameOf(nearest)) <= Math.Max(1, word.Length / 3) ? nearest : null;
    }

    /// <summary>How many letters are missing, too many, wrong or swapped with the next one; small or capital is no difference.</summary>
    private static int Distance(string first, string second)
    {
        var (one, other) = (first.ToUpperInvariant(), second.ToUpperInvariant());
        var distances = new int[one.Length + 1, other.Length + 1];
        for (var i = 0; i <= one.Length; i++)
        {
            for (var j = 0; j <= other.Length; j++)
            {
                distances[i, j] = i == 0 || j == 0 ? i + j : Math.Min(
                    Math.Min(distances[i - 1, j], distances[i, j - 1]) + 1,
                    distances[i - 1, j - 1] + (one[i - 1] == other[j - 1] ? 0 : 1));
                if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1])
                {
                    distances[i, j] = Math.Min(distances[i, j], distances[i - 2, j - 2] + 1);
                }
            }
        }

        return distances[one.Length, other.Length];
    }
}
