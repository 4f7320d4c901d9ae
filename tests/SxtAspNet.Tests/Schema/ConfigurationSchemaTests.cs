using System.Reflection;
using System.Text.Encodings.Web;
using System.Text.Json;
using SxtAspNet.Tests.DependencyInjection;
using SxtAspNet.Tests.Inbound;

namespace SxtAspNet.Tests.Schema;

/// <summary>What editors check appsettings.json with is what the app checks.</summary>
public sealed class ConfigurationSchemaTests
{
    private const string Write = "SXTASPNET_WRITE_SCHEMA";

    // What another file, a user secret or code may add, or what takes two settings to see.
    private static readonly string[] BeyondSchema =
    [
        """{ "Sxt": {   "UserId": ""   } }""",
        """{ "Sxt": {   "Seal": [ { "RequirePrivateFile": true } ]   } }""",
        """{ "Sxt": {   "Keys": []   } }""",
        """{ "Sxt": {   "Keys": [ { "Password": "x" } ]   } }""",
        """{ "Sxt": {   "RenewBefore": "00:00:40"   } }""",
        """{ "Authentication": { "Schemes": { "SxtBearer": {} } } }""",
    ];

    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static TheoryData<string> Packages => ["SxtAspNet", "SxtAspNet.AzureKeyVault", "SxtAspNet.Pkcs11"];

    public static TheoryData<string> Invalid =>
    [
        .. Examples<ValidationTests>(data => $$"""{ "Sxt": { {{data}} } }""").Except(BeyondSchema),
        .. Examples<BearerOptionsTests>(data => $$"""{ "Authentication": { "Schemes": { "SxtBearer": {{data}} } } }""").Except(BeyondSchema),
    ];

    public static TheoryData<string> Sound =>
    [
        ValidationTests.Sound,
        BearerOptionsTests.Sound,
        .. BeyondSchema,
        "{}",
        """{ "Logging": { "LogLevel": { "Default": "Information" } }, "ConnectionStrings": { "redis": "localhost" } }""",
        """{ "Sxt": { "RenewBefore": "0:06:00", "RenewJitter": "0", "KeyTimeout": "00:00:00.5", "AcquireTimeout": "00:10:00", "MaxReplayBufferSize": "1024" } }""",
        """{ "Sxt": { "GatewayUrl": "http://127.0.0.1:5000/gateway", "ReplayOnUnauthorized": "True", "LoginAtStartup": "ondemand" } }""",
        """{ "Sxt": { "Seal": [ { "File": "seal" }, { "AzureKeyVault": { "VaultUri": "https://v.test/", "Secret": "s", "TenantId": "contoso.com" } } ] } }""",
        """{ "Sxt": { "Keys": [ { "File": "a", "UnwrapWith": { "VaultUri": "https://v.test", "Key": "k" } } ] } }""",
        """{ "Sxt": { "Keys": [ { "Pkcs11": { "Library": "m", "Slot": "0x1f", "KeyId": "01", "PinFile": "p" }, "RequirePrivateFile": true } ] } }""",
        """{ "Authentication": { "Schemes": { "SxtBearer": { "AllowAnyUser": true, "ClockSkew": "01:00:00" }, "Bearer": { "ValidAudience": "a" } } } }""",
    ];

    [Theory]
    [MemberData(nameof(Packages))]
    public void The_schema_of_a_package_is_that_of_its_options(string package)
    {
        var schema = package switch
        {
            "SxtAspNet" => Schemas.Core(),
            "SxtAspNet.AzureKeyVault" => Schemas.AzureKeyVault(),
            _ => Schemas.Pkcs11(),
        };
        var text = schema.ToJsonString(Indented) + "\n";
        if (Environment.GetEnvironmentVariable(Write) == "1")
        {
            File.WriteAllText(PackedSchema.PathOf(package), text);
        }

        Assert.True(
            File.ReadAllText(PackedSchema.PathOf(package)) == text,
            $"The options have changed: write the schemas again by {Write}=1, as CONTRIBUTING.md says, and look at the difference.");
    }

    [Theory]
    [MemberData(nameof(Invalid))]
    public void What_the_validation_refuses_the_schema_refuses(string json) => Assert.False(new PackedSchema("SxtAspNet").Accepts(json));

    [Theory]
    [MemberData(nameof(Sound))]
    public void What_the_app_accepts_the_schema_accepts(string json) => Assert.True(new PackedSchema([.. Packages.Select(row => row.Data)]).Accepts(json));

    [Fact]
    public void Each_exception_is_an_example_of_the_validation()
    {
        var examples = Examples<ValidationTests>(data => $$"""{ "Sxt": { {{data}} } }""")
            .Concat(Examples<BearerOptionsTests>(data => $$"""{ "Authentication": { "Schemes": { "SxtBearer": {{data}} } } }"""));

        Assert.Empty(BeyondSchema.Except(examples));
    }

    [Fact]
    public void Every_setting_is_described()
    {
        var properties = Packages.SelectMany(row => Described(JsonDocument.Parse(File.ReadAllText(PackedSchema.PathOf(row.Data))).RootElement)).ToArray();

        Assert.True(properties.Length > 50);
        Assert.Empty(properties.Where(property => !property.HasDescription).Select(property => property.Name));
    }

    /// <summary>All values of "properties" that say what they are, or should.</summary>
    private static IEnumerable<(string Name, bool HasDescription)> Described(JsonElement schema)
    {
        if (schema.ValueKind is not JsonValueKind.Object || !schema.TryGetProperty("properties", out var properties))
        {
            return schema.ValueKind is JsonValueKind.Object && schema.TryGetProperty("definitions", out var alone) ? InEach(alone) : [];
        }

        var own = properties.EnumerateObject().Where(property => property.Name is not ("Authentication" or "Schemes"))
            .Select(property => (property.Name, property.Value.TryGetProperty("description", out _)));
        return own.Concat(InEach(properties)).Concat(schema.TryGetProperty("definitions", out var definitions) ? InEach(definitions) : []);

        static IEnumerable<(string Name, bool HasDescription)> InEach(JsonElement schemas) =>
            schemas.EnumerateObject().SelectMany(property => Described(property.Value));
    }

    private static IEnumerable<string> Examples<T>(Func<string, string> document) =>
        typeof(T).GetMethod(nameof(ValidationTests.A_wrong_setting_is_named_with_what_to_write_instead))!
            .GetCustomAttributes<InlineDataAttribute>()
            .Select(example => document((string)example.Data[0]!));
}
