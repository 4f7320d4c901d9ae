using System.Buffers;

namespace SxtAspNet;

/// <summary>What options of one form have to keep, wherever they stand. Each problem is a sentence that says what to write instead.</summary>
internal static class OptionRules
{
    private const int LongestAddress = 80;

    private static readonly SearchValues<char> AddressCharacters =
        SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:/[]");

    public static void CheckUser(string setting, string? userId, List<string> problems)
    {
        if (string.IsNullOrEmpty(userId))
        {
            problems.Add($"{setting} is missing; set it to the Space and Time user id to log in as.");
        }
        else if (userId.Any(character => char.IsWhiteSpace(character) || char.IsControl(character)))
        {
            problems.Add($"{setting} holds white space; remove it.");
        }
    }

    public static void CheckUrl(string setting, Uri url, bool mayHavePath, List<string> problems)
    {
        if (!url.IsAbsoluteUri || (url.Scheme != Uri.UriSchemeHttps && url.Scheme != Uri.UriSchemeHttp))
        {
            problems.Add($"{Subject(setting, url.OriginalString)} must be an absolute https URL, for example https://gateway.example.com.");
            return;
        }

        if (url.Scheme == Uri.UriSchemeHttp && !url.IsLoopback)
        {
            problems.Add($"{setting} uses plain http, which would show the token to the network; use https (http is for loopback only).");
        }

        if (url.UserInfo.Length > 0 || url.Query.Length > 0 || url.Fragment.Length > 0)
        {
            problems.Add($"{setting} must have no user, query or fragment; write scheme, host and port.");
        }
        else if (!mayHavePath && url.AbsolutePath != "/")
        {
            problems.Add($"{setting} is an origin and can't have a path; write scheme, host and port.");
        }
    }

    /// <summary>Begins a sentence about a setting with its value, unless that may be a secret that was put into the wrong place.</summary>
    public static string Subject(string setting, string value) =>
        LooksLikeAddress(value) ? $"{setting} is \"{value}\", but" : setting;

    public static void CheckTimes<TOptions>(IEnumerable<OptionLimit<TOptions, TimeSpan>> limits, TOptions options, List<string> problems)
    {
        foreach (var limit in limits)
        {
            limit.Check(options, " (hours:minutes:seconds)", problems);
        }
    }

    /// <summary>No user or password, no key and no token: those have other characters, or none of these marks, or are longer.</summary>
    private static bool LooksLikeAddress(string text) =>
        text.Length <= LongestAddress && text.AsSpan().ContainsAny(".:/") && !text.AsSpan().ContainsAnyExcept(AddressCharacters);
}
