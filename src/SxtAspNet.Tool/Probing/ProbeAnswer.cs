using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Mime;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace SxtAspNet.Tool.Probing;

/// <summary>What came back for one call of the probe. Only <see cref="ToString"/> may be shown: it has no value out of a body.</summary>
internal sealed partial class ProbeAnswer
{
    public required int Status { get; init; }

    public required byte[] Body { get; init; }

    public required string? MediaType { get; init; }

    /// <summary>The gateway's clock, if it told it.</summary>
    public required DateTimeOffset? Date { get; init; }

    public required RetryConditionHeaderValue? RetryAfter { get; init; }

    public required DateTimeOffset SentAt { get; init; }

    public required DateTimeOffset ReceivedAt { get; init; }

    public bool IsSuccess => Status is >= 200 and < 300;

    /// <summary>A yes of <c>validtoken</c>: no body is a no, with 200 too.</summary>
    public bool IsYes => IsSuccess && Body.Length > 0;

    public bool IsNo => Status is 401 or 403 || (IsSuccess && Body.Length == 0);

    /// <summary>What it says of a token; <see langword="null"/>: neither a clear yes nor a clear no.</summary>
    public bool? Verdict => IsYes ? true : IsNo ? false : null;

    /// <summary>The members of the body, by name; none when it is no JSON object.</summary>
    public IReadOnlyDictionary<string, JsonElement> Members => field ??= ReadMembers();

    /// <summary>The status and the shape of the body.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Status}, {Shape()}");

    private string Shape() => Members.Count > 0 ? $"JSON object with {string.Join(", ", Members.Keys.Select(Printable))}"
        : Body.Length == 0 ? "empty body"
        : string.Create(CultureInfo.InvariantCulture, $"{Kind()} of {Body.Length} bytes");

    private string Kind() => MediaType switch
    {
        null => "body without a type",
        MediaTypeNames.Text.Plain => "plain text",
        MediaTypeNames.Text.Html => "HTML",
        MediaTypeNames.Application.Json or MediaTypeNames.Application.ProblemJson => "JSON",
        _ => "body of another type",
    };

    /// <summary>Names are the gateway's words; nothing in them may steer a terminal, or be a secret that stands in the wrong place.</summary>
    public static string Printable(string name) => MemberName().IsMatch(name) ? name : "(a strange name)";

    private Dictionary<string, JsonElement> ReadMembers()
    {
        Dictionary<string, JsonElement> members = new(StringComparer.Ordinal);
        try
        {
            using var document = JsonDocument.Parse(Body);
            if (document.RootElement.ValueKind == JsonValueKind.Object)
            {
                foreach (var member in document.RootElement.EnumerateObject())
                {
                    members[member.Name] = member.Value.Clone();
                }
            }
        }
        catch (Exception failure) when (failure is JsonException or DecoderFallbackException or InvalidOperationException)
        {
            members.Clear();
        }

        return members;
    }

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_-]{0,39}$")]
    private static partial Regex MemberName();
}
