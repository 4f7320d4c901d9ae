using System.Reflection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SxtAspNet.Keys;
using SxtAspNet.Tests.Infrastructure;
using SxtAspNet.Tests.Schema;

namespace SxtAspNet.Pkcs11.Tests;

public sealed class RegistrationTests
{
    private const string Sound =
        """{ "Library": "/usr/lib/m.so", "TokenLabel": "prod", "KeyLabel": "sxt", "KeyId": "0a", "PinFile": "/run/secrets/pin" }""";

    [Fact]
    public void All_settings_of_a_device_are_bound()
    {
        using var provider = Build(Sound, builder => builder.AddPkcs11());

        var key = Assert.Single(provider.GetRequiredService<IOptionsMonitor<SxtOptions>>().CurrentValue.Keys).Pkcs11!;

        Assert.Equal(("/usr/lib/m.so", "prod", "sxt", "0a", "/run/secrets/pin"), (key.Library, key.TokenLabel, key.KeyLabel, key.KeyId, key.PinFile));
    }

    [Fact]
    public async Task The_PIN_file_may_have_to_be_private()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no file modes.");
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(file, "1234", TestContext.Current.CancellationToken);
            if (!OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
            }

            using var provider = Build(Sound.Replace("/run/secrets/pin", file, StringComparison.Ordinal), builder => builder.AddPkcs11(), """, "RequirePrivateFile": true""");
            var options = provider.GetRequiredService<IOptionsMonitor<SxtOptions>>().CurrentValue;
            var source = Assert.Single(provider.GetRequiredKeyedService<KeySources>("").For(options));

            var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(async () => await source.OpenAsync(TestContext.Current.CancellationToken));

            Assert.Contains($"The PIN file '{file}' can be read by every user", failure.Message, StringComparison.Ordinal);
            Assert.Contains("RequirePrivateFile is set", failure.Message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Fact]
    public void Without_the_package_only_that_is_said()
    {
        using var provider = Build(Sound, _ => { }, """, "RequirePrivateFile": true""");

        var failure = Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IOptionsMonitor<SxtOptions>>().CurrentValue);

        Assert.Contains("add the package SxtAspNet.Pkcs11", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("RequirePrivateFile", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_the_package_the_message_names_package_and_call()
    {
        Assert.Contains("add the package SxtAspNet.Pkcs11 and call AddSxt(...).AddPkcs11()", Problems(Sound, _ => { }), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "TokenLabel": "t", "KeyLabel": "k", "PinFile": "p" }""", "Keys[0].Pkcs11.Library is missing")]
    [InlineData("""{ "Library": "m", "KeyLabel": "k", "PinFile": "p" }""", "Keys[0].Pkcs11 needs TokenLabel or Slot, and not both")]
    [InlineData("""{ "Library": "m", "TokenLabel": "t", "Slot": "1", "KeyLabel": "k", "PinFile": "p" }""", "Keys[0].Pkcs11 needs TokenLabel or Slot, and not both")]
    [InlineData("""{ "Library": "m", "Slot": "one", "KeyLabel": "k", "PinFile": "p" }""", "Keys[0].Pkcs11.Slot must be the id of a slot")]
    [InlineData("""{ "Library": "m", "TokenLabel": "t", "PinFile": "p" }""", "Keys[0].Pkcs11 names no key; set KeyLabel or KeyId.")]
    [InlineData("""{ "Library": "m", "TokenLabel": "t", "KeyId": "abc", "PinFile": "p" }""", "Keys[0].Pkcs11.KeyId must be hexadecimal")]
    [InlineData("""{ "Library": "m", "TokenLabel": "t", "KeyLabel": "k" }""", "Keys[0].Pkcs11.PinFile is missing")]
    [InlineData("""{ "Library": "m", "Pin": "1" }""", "'Sxt:Keys:0:Pkcs11:Pin' is not a setting")]
    public void A_wrong_setting_is_named_with_what_to_write_instead(string device, string expected)
    {
        Assert.Contains(expected, Problems(device, builder => builder.AddPkcs11()), StringComparison.Ordinal);
    }

    /// <summary>But for those from which something is missing: another file or a variable may add that.</summary>
    [Fact]
    public void The_schema_refuses_what_the_validation_refuses()
    {
        string[] beyond =
        [
            """{ "TokenLabel": "t", "KeyLabel": "k", "PinFile": "p" }""",
            """{ "Library": "m", "KeyLabel": "k", "PinFile": "p" }""",
            """{ "Library": "m", "TokenLabel": "t", "PinFile": "p" }""",
            """{ "Library": "m", "TokenLabel": "t", "KeyLabel": "k" }""",
        ];
        var invalid = typeof(RegistrationTests).GetMethod(nameof(A_wrong_setting_is_named_with_what_to_write_instead))!
            .GetCustomAttributes<InlineDataAttribute>().Select(example => (string)example.Data[0]!);
        var schema = new PackedSchema("SxtAspNet", "SxtAspNet.Pkcs11");

        Assert.Equal(beyond, invalid.Where(device => schema.Accepts($$"""{ "Sxt": { "Keys": [ { "Pkcs11": {{device}} } ] } }""")));
        Assert.True(schema.Accepts($$"""{ "Sxt": { "Keys": [ { "Pkcs11": {{Sound}} } ] } }"""));
    }

    private static string Problems(string device, Action<SxtBuilder> add)
    {
        using var provider = Build(device, add);
        return Assert.Throws<OptionsValidationException>(() => provider.GetRequiredService<IOptionsMonitor<SxtOptions>>().CurrentValue).Message;
    }

    private static ServiceProvider Build(string device, Action<SxtBuilder> add, string besides = "")
    {
        var services = new ServiceCollection();
        services.AddLogging();
        add(services.AddSxt(TestConfiguration.FromJson(
            $$"""{ "Sxt": { "UserId": "orders-service", "Keys": [ { "Pkcs11": {{device}}{{besides}} } ] } }""").GetSection("Sxt")));
        return services.BuildServiceProvider();
    }
}
