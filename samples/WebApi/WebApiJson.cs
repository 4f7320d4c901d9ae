using System.Text.Json;
using System.Text.Json.Serialization;
using SxtAspNet;

namespace WebApi;

/// <summary>What goes over the wire, without reflection: the app can be compiled ahead of time.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(SqlQuery))]
[JsonSerializable(typeof(JsonElement))]
[JsonSerializable(typeof(SxtSessionStatus))]
[JsonSerializable(typeof(CallerClaim[]))]
[JsonSerializable(typeof(CallerToken))]
internal sealed partial class WebApiJson : JsonSerializerContext;
