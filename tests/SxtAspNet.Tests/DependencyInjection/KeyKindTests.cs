using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using SxtAspNet.Keys;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.DependencyInjection;

/// <summary>Kinds of keys as a package adds them, by the public surface only.</summary>
public class KeyKindTests
{
    [Fact]
    public void Settings_of_every_form_reach_the_kind()
    {
        using var provider = Build(
            """{ "Slot": { "Library": "/usr/lib/token.so", "Number": 3, "Address": "https://a.test", "Wait": "00:00:02", "IsReadOnly": true, "Access": "shared", "Labels": [ "a", "b" ] } }""");

        var slot = Assert.Single(Options(provider).Keys).GetKind<SlotOptions>()!;

        Assert.Equal(("/usr/lib/token.so", 3, new Uri("https://a.test")), (slot.Library, slot.Number, slot.Address));
        Assert.Equal((TimeSpan.FromSeconds(2), true, Access.Shared), (slot.Wait, slot.IsReadOnly, slot.Access));
        Assert.Equal(["a", "b"], slot.Labels);
    }

    [Theory]
    [InlineData("""{ "Slot": { "Number": "three" } }""", "'Sxt:Keys:0:Slot:Number' must be a whole number.")]
    [InlineData("""{ "Slot": { "Wait": "2" } }""", "'Sxt:Keys:0:Slot:Wait' is \"2\", a number without a unit")]
    [InlineData("""{ "Slot": { "Access": "open" } }""", "'Sxt:Keys:0:Slot:Access' must be one of Exclusive, Shared.")]
    [InlineData("""{ "Slot": { "Labels": "a" } }""", "'Sxt:Keys:0:Slot:Labels' must be a list of texts: \"Labels\": [ \"…\" ], but is a single value.")]
    [InlineData("""{ "Slot": { "Slots": "a" } }""", "'Sxt:Keys:0:Slot:Slots' is not a setting. Those of 'Sxt:Keys:0:Slot' are: Library, Number,")]
    [InlineData("""{ "Slott": { } }""", "'Sxt:Keys:0:Slott' is not a setting; did you mean Slot? Those of 'Sxt:Keys:0' are: File, ApiKey, Password, PasswordFile, RequirePrivateFile, Slot, Wrapped, AzureKeyVault, UnwrapWith, Pkcs11.")]
    [InlineData("""{ "Slot": { "Number": 3 } }""", "Keys[0].Slot.Library is missing; set it to the library's path.")]
    [InlineData("""{ "Slot": { "Library": "a" }, "File": "b" }""", "Keys[0] has both File and Slot.")]
    [InlineData("""{ "Slot": { "Library": "a" }, "PasswordFile": "b" }""", "Keys[0] has a password, which is for an encrypted File only; remove PasswordFile.")]
    [InlineData("""{ "Slot": { "Library": "a" }, "RequirePrivateFile": true }""", "Keys[0].RequirePrivateFile has no effect, since this entry reads no file; remove it.")]
    [InlineData("""{ "ApiKey": "sxt_0123456789abcdef", "RequirePrivateFile": true }""", "Keys[0].RequirePrivateFile has no effect, since this entry reads no file; remove it.")]
    [InlineData("""{ "Wrapped": { "By": "a" }, "File": "b", "PasswordFile": "c" }""", "Keys[0] has a password, which Wrapped does not use; remove PasswordFile.")]
    [InlineData("""{ "Wrapped": { "By": "a" }, "File": "b", "Password": "x", "PasswordFile": "c" }""", "Keys[0] has a password, which Wrapped does not use; remove Password and PasswordFile.")]
    [InlineData("""{ "Wrapped": { "By": "a" } }""", "Keys[0].Wrapped goes with a File; set that too.")]
    [InlineData("""{ "Wrapped": { "By": "a" }, "Slot": { "Library": "b" }, "File": "c" }""", "Keys[0] has both Slot and Wrapped.")]
    [InlineData("""{ "Password": "x" }""", "Keys[0] names no key; set File or ApiKey or Slot or Wrapped or AzureKeyVault or UnwrapWith or Pkcs11.")]
    public void A_problem_is_told_with_all_others_at_the_start(string entry, string expected)
    {
        using var provider = Build(entry);

        var message = Assert.Throws<OptionsValidationException>(() => Options(provider)).Message;

        Assert.StartsWith("Space and Time identity '(default)': ", message, StringComparison.Ordinal);
        Assert.Contains(expected, message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_kind_that_was_not_added_is_an_error_in_code_too()
    {
        var services = new ServiceCollection();
        services.AddSxt(options =>
        {
            options.UserId = "orders-service";
            var entry = new SxtKeyOptions();
            entry.SetKind(new SlotOptions { Library = "a" });
            options.Keys.Add(entry);
        });
        using var provider = services.BuildServiceProvider();

        var message = Assert.Throws<OptionsValidationException>(() => Options(provider)).Message;

        Assert.Contains("Keys[0] is of a kind that this identity was not given (SlotOptions of SxtAspNet.Tests)", message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_kind_makes_the_source_of_its_entries_and_of_files_that_it_adds_to()
    {
        using var provider = Build(
            """{ "File": "/a.pem" }, { "File": "b.bin", "Wrapped": { "By": "c" } }, { "Slot": { "Library": "d" } }""");
        var sources = provider.GetRequiredKeyedService<KeySources>("");

        Assert.Equal(["file /a.pem", "b.bin by c", "slot of d"], sources.For(Options(provider)).Select(source => source.ToString()));
    }

    [Fact]
    public void The_same_entry_twice_is_one_key()
    {
        using var provider = Build("""{ "Slot": { "Library": "a", "Labels": [ "x" ] } }, { "Slot": { "Library": "a", "Labels": [ "x" ] } }, { "Slot": { "Library": "a", "Labels": [ "y" ] } }""");

        Assert.Equal(2, Options(provider).Keys.Count);
    }

    private static SxtOptions Options(ServiceProvider provider) => provider.GetRequiredService<IOptionsMonitor<SxtOptions>>().CurrentValue;

    private static ServiceProvider Build(string entries)
    {
        var services = new ServiceCollection();
        services.AddSxt(TestConfiguration.FromJson($$"""{ "Sxt": { "UserId": "orders-service", "Keys": [ {{entries}} ] } }""").GetSection("Sxt"))
            .AddKeyKind(_ => new Slot())
            .AddKeyKind(_ => new Wrapped())
            .AddKeyKind(_ => new Slot());
        return services.BuildServiceProvider(new ServiceProviderOptions { ValidateOnBuild = true, ValidateScopes = true });
    }

    private enum Access
    {
        Exclusive,
        Shared,
    }

    private sealed class SlotOptions
    {
        public string? Library { get; set; }

        public int? Number { get; set; }

        public Uri? Address { get; set; }

        public TimeSpan Wait { get; set; }

        public bool IsReadOnly { get; set; }

        public Access Access { get; set; }

        public IList<string> Labels { get; } = [];

        public Func<string>? Pin { get; set; }
    }

    private sealed class Slot : ISxtKeyKind<SlotOptions>
    {
        public string Name => "Slot";

        public IEnumerable<string> Validate(string setting, SlotOptions options) =>
            options.Library is null ? [$"{setting}.Library is missing; set it to the library's path."] : [];

        public ISxtKeySource Create(SxtKeyOptions entry, SlotOptions options) => new TestKeySource($"slot of {options.Library}");
    }

    private sealed class WrappedOptions
    {
        public string? By { get; set; }
    }

    private sealed class Wrapped : ISxtKeyKind<WrappedOptions>
    {
        public string Name => "Wrapped";

        public bool AddsToFile => true;

        public IEnumerable<string> Validate(string setting, WrappedOptions options) => [];

        public ISxtKeySource Create(SxtKeyOptions entry, WrappedOptions options) => new TestKeySource($"{entry.File} by {options.By}");
    }
}
