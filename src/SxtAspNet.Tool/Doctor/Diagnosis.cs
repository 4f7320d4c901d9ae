using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace SxtAspNet.Tool.Doctor;

/// <summary>How serious a finding is.</summary>
internal enum Level
{
    /// <summary>Nothing is wrong with it.</summary>
    Ok,

    /// <summary>It was not looked at, or is only worth knowing.</summary>
    Note,

    /// <summary>It works, but should be changed.</summary>
    Warning,

    /// <summary>It does not work.</summary>
    Wrong,
}

/// <summary>One thing that was looked at.</summary>
/// <param name="Area">What it belongs to.</param>
/// <param name="Level">How serious it is.</param>
/// <param name="What">What was found, for people; it holds no token and no private key.</param>
/// <param name="Fix">What to do about it, where <paramref name="What"/> does not say it already.</param>
internal sealed record Finding(string Area, Level Level, string What, string? Fix = null);

/// <summary>All that was found, in the order in which it was looked at.</summary>
internal sealed class Diagnosis
{
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly List<Finding> _findings = [];

    /// <summary>Whether nothing is wrong; there may be warnings.</summary>
    public bool IsOk => _findings.TrueForAll(finding => finding.Level is not Level.Wrong);

    public void Ok(string area, string what) => _findings.Add(new(area, Level.Ok, what));

    public void Note(string area, string what) => _findings.Add(new(area, Level.Note, what));

    public void Warn(string area, string what, string? fix = null) => _findings.Add(new(area, Level.Warning, what, fix));

    public void Wrong(string area, string what, string? fix = null) => _findings.Add(new(area, Level.Wrong, what, fix));

    public async Task WriteAsync(TextWriter output, bool asJson)
    {
        await output.WriteLineAsync(asJson ? ToJson() : ToText()).ConfigureAwait(false);
    }

    private static string Name(Level level) => level switch
    {
        Level.Ok => "ok",
        Level.Note => "note",
        Level.Warning => "warning",
        _ => "wrong",
    };

    private string ToText()
    {
        var text = new StringBuilder();
        foreach (var finding in _findings)
        {
            text.Append(CultureInfo.InvariantCulture, $"{Name(finding.Level),-9}{finding.Area,-10}{finding.What}");
            text.AppendLine(finding.Fix is null ? "" : $" {finding.Fix}");
        }

        return text.Append(Summary()).ToString();
    }

    private string Summary()
    {
        var wrong = _findings.Count(finding => finding.Level is Level.Wrong);
        var warnings = _findings.Count(finding => finding.Level is Level.Warning);
        return $"{wrong} wrong, {warnings} {(warnings == 1 ? "warning" : "warnings")}, {_findings.Count(finding => finding.Level is Level.Ok)} ok.";
    }

    private string ToJson()
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer, Readable))
        {
            json.WriteStartObject();
            json.WriteBoolean("ok", IsOk);
            json.WriteStartArray("findings");
            foreach (var finding in _findings)
            {
                json.WriteStartObject();
                json.WriteString("area", finding.Area);
                json.WriteString("level", Name(finding.Level));
                json.WriteString("finding", finding.What);
                json.WriteString("fix", finding.Fix);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }
}
