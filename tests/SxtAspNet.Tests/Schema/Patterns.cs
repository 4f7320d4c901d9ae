using System.Globalization;

namespace SxtAspNet.Tests.Schema;

/// <summary>Regular expressions of a schema, in the part of the language that all validators share.</summary>
internal static class Patterns
{
    public const string Url = $"^({Https}[^/?#@\\s]+|{LoopbackHttp})(/[^?#\\s]*)?$";

    public const string Origin = $"^({Https}[^/?#@\\s]+|{LoopbackHttp})/?$";

    public const string Vault = $"^{Https}[^/?#@\\s]+/?$";

    public const string VaultName = "^[0-9A-Za-z-]{1,127}$";

    /// <summary>Not a number without a unit, which .NET reads as days.</summary>
    public const string Time = @"^(0|-?([0-9]+\.)?[0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}(\.[0-9]{1,7})?)?)$";

    public const string NoTime = @"^(0|0{1,2}:0{1,2}(:0{1,2}(\.0{1,7})?)?)$";

    private const string Https = "[Hh][Tt][Tt][Pp][Ss]://";

    private const string LoopbackHttp = @"[Hh][Tt][Tt][Pp]://([Ll][Oo][Cc][Aa][Ll][Hh][Oo][Ss][Tt]|127\.[0-9]+\.[0-9]+\.[0-9]+|\[::1\])(:[0-9]+)?";

    /// <summary>Texts that .NET takes for a value whatever their case.</summary>
    public static string AnyCase(params IEnumerable<string> values) =>
        $"^({string.Join('|', values.Select(value => string.Concat(value.Select(letter => $"[{char.ToUpperInvariant(letter)}{char.ToLowerInvariant(letter)}]"))))})$";

    /// <summary>A time of less than a day that is not above a limit.</summary>
    public static string TimeUpTo(TimeSpan most)
    {
        const string any = "[0-9]{1,2}";
        string[] parts =
        [
            .. most.Hours > 0 ? [$"{Below(most.Hours)}:{any}(:{any}(\\.[0-9]+)?)?"] : Array.Empty<string>(),
            .. most.Minutes > 0 ? [$"{Exactly(most.Hours)}:{Below(most.Minutes)}(:{any}(\\.[0-9]+)?)?"] : Array.Empty<string>(),
            .. most.Seconds > 0 ? [$"{Exactly(most.Hours)}:{Exactly(most.Minutes)}(:{Below(most.Seconds)}(\\.[0-9]+)?)?"] : Array.Empty<string>(),
            $"{Exactly(most.Hours)}:{Exactly(most.Minutes)}{(most.Seconds == 0 ? "(:0{1,2}(\\.0+)?)?" : $":{Exactly(most.Seconds)}(\\.0+)?")}",
        ];
        return $"^(0|{string.Join('|', parts)})$";
    }

    private static string Exactly(int number) => number < 10 ? $"0?{number}" : number.ToString(CultureInfo.InvariantCulture);

    /// <summary>The numbers of one or two digits below another one.</summary>
    private static string Below(int number)
    {
        var (tens, ones) = Math.DivRem(number, 10);
        string[] parts =
        [
            .. tens > 0 ? [$"[0-{tens - 1}]?[0-9]"] : Array.Empty<string>(),
            .. ones > 0 ? [$"{(tens == 0 ? "0?" : tens)}[0-{ones - 1}]"] : Array.Empty<string>(),
        ];
        return $"({string.Join('|', parts)})";
    }
}
