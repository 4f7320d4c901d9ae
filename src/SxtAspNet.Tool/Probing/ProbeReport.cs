using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace SxtAspNet.Tool.Probing;

/// <summary>What a probe found out, to be read and shared: it names the gateway, and neither the user nor a token.</summary>
internal sealed class ProbeReport(Uri gateway, DateTimeOffset at, ProbeWire wire, Findings findings)
{
    private static readonly JsonWriterOptions Readable = new() { Indented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public string ToText()
    {
        var text = new StringBuilder();
        foreach (var finding in findings.All)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"{finding.Question} {finding.Answer} ({Name(finding.Certainty)})");
        }

        return text.Append(CultureInfo.InvariantCulture, $"{Summary()}").ToString();
    }

    public string ToMarkdown()
    {
        var text = new StringBuilder()
            .AppendLine(CultureInfo.InvariantCulture, $"# The gateway {gateway}")
            .AppendLine()
            .AppendLine(CultureInfo.InvariantCulture, $"Probed at {at:yyyy-MM-dd'T'HH:mm:ss'Z'} by `{SxtTool.Name} probe`. {Summary()}")
            .AppendLine()
            .AppendLine("| Question | Answer | How sure | Evidence |")
            .AppendLine("| --- | --- | --- | --- |");
        foreach (var finding in findings.All)
        {
            text.AppendLine(CultureInfo.InvariantCulture, $"| {finding.Question} | {finding.Answer} | {Name(finding.Certainty)} | {finding.Evidence} |");
        }

        return text.ToString();
    }

    public string ToJson()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Readable))
        {
            json.WriteStartObject();
            json.WriteString("gateway", gateway.AbsoluteUri);
            json.WriteString("probedAt", at.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
            json.WriteNumber("calls", wire.Calls);
            json.WriteString("stopped", wire.Stopped);
            json.WriteStartArray("findings");
            foreach (var finding in findings.All)
            {
                json.WriteStartObject();
                json.WriteString("id", finding.Id);
                json.WriteString("question", finding.Question);
                json.WriteString("answer", finding.Answer);
                json.WriteString("certainty", Name(finding.Certainty));
                json.WriteString("evidence", finding.Evidence);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    private string Summary() => string.Create(
        CultureInfo.InvariantCulture, $"{wire.Calls} calls were made.{(wire.Stopped is { } why ? $" It stopped before the end: {why}." : "")}");

    private static string Name(Certainty certainty) => certainty switch
    {
        Certainty.Sure => "sure",
        Certainty.Likely => "likely",
        _ => "unknown",
    };
}
