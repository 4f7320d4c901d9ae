using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace SxtAspNet.Tool;

/// <summary>What a command found out: a line for each fact, or all as one JSON object.</summary>
internal sealed class Report
{
    // Base64 has a plus sign, which the default encoder would escape; nothing here is put into a page.
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<string> _lines = [];
    private readonly JsonObject _json = [];

    /// <summary>Adds a text.</summary>
    public Report Add(string label, string member, string text)
    {
        _json.Add(member, text);
        _lines.Add($"{label}: {text}");
        return this;
    }

    /// <summary>Adds a fact that only the JSON tells; people are told on stderr.</summary>
    public Report AddToJson(string member, JsonNode value)
    {
        _json.Add(member, value);
        return this;
    }

    /// <summary>Adds a text that stands alone on its line.</summary>
    public Report Add(string member, string text)
    {
        _json.Add(member, text);
        _lines.Add(text);
        return this;
    }

    /// <summary>Adds an instant, to the second; the gateway may not have told it.</summary>
    public Report Add(string label, string member, DateTimeOffset? instant)
    {
        var text = instant?.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        _json.Add(member, text);
        _lines.Add($"{label}: {text ?? "not told"}");
        return this;
    }

    /// <summary>Adds a duration, in milliseconds.</summary>
    public Report Add(string label, string member, TimeSpan duration)
    {
        var milliseconds = Math.Round(duration.TotalMilliseconds, 1);
        _json.Add(member, milliseconds);
        _lines.Add(string.Create(CultureInfo.InvariantCulture, $"{label}: {milliseconds:0.0} ms"));
        return this;
    }

    /// <summary>Adds words, one a line without a label.</summary>
    public Report Add(string member, IEnumerable<string> words)
    {
        var array = new JsonArray();
        foreach (var word in words)
        {
            array.Add((JsonNode)word);
            _lines.Add(word);
        }

        _json.Add(member, array);
        return this;
    }

    public async Task WriteAsync(TextWriter output, bool asJson)
    {
        if (asJson)
        {
            await output.WriteLineAsync(ToJson()).ConfigureAwait(false);
            return;
        }

        foreach (var line in _lines)
        {
            await output.WriteLineAsync(line).ConfigureAwait(false);
        }
    }

    private string ToJson()
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer, Readable))
        {
            _json.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
