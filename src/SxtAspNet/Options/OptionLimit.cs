namespace SxtAspNet;

/// <summary>Between which values a setting may be; the validation and the schema of the settings are made of these.</summary>
internal sealed record OptionLimit<TOptions, TValue>(string Setting, Func<TOptions, TValue> Get, TValue Least, TValue Most)
    where TValue : IComparable<TValue>
{
    public void Check(TOptions options, string unit, List<string> problems)
    {
        var value = Get(options);
        if (value.CompareTo(Least) < 0 || value.CompareTo(Most) > 0)
        {
            problems.Add($"{Setting} is {value}; it must be between {Least} and {Most}{unit}.");
        }
    }
}
