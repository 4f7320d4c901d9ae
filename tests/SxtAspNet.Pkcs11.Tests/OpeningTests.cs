using Microsoft.Extensions.Logging;
using Net.Pkcs11Interop.Common;
using NSec.Cryptography;
using SxtAspNet.Pkcs11.Tests.Infrastructure;
using SxtAspNet.Tests.Infrastructure;
using SxtAspNet.Tests.Keys;

namespace SxtAspNet.Pkcs11.Tests;

public sealed class OpeningTests : DeviceTests
{
    private static readonly byte[] Challenge = "469867d9660b67f8aa12b2"u8.ToArray();

    [Fact]
    public async Task A_key_made_in_the_device_signs_there()
    {
        var made = MakeKey();

        using var key = await OpenAsync(Source());
        var signature = await key.SignAsync(Challenge, TestContext.Current.CancellationToken);

        Assert.Equal(made, key.PublicKey.ToArray());
        Assert.True(SignatureAlgorithm.Ed25519.Verify(
            PublicKey.Import(SignatureAlgorithm.Ed25519, made, KeyBlobFormat.RawPublicKey), Challenge, signature));
    }

    [Theory]
    [InlineData(SoftHsm.Pin)]
    [InlineData(SoftHsm.Pin + "\n")]
    [InlineData(SoftHsm.Pin + "\r\n")]
    [InlineData("\uFEFF" + SoftHsm.Pin + "\r\n")]
    public async Task A_byte_order_mark_and_a_line_break_are_no_part_of_the_PIN(string content)
    {
        MakeKey();
        WritePin(content);

        using var key = await OpenAsync(Source());

        Assert.NotNull(key);
    }

    [Fact]
    public async Task A_log_that_fails_costs_no_key()
    {
        MakeKey();
        if (!OperatingSystem.IsWindows())
        {
            // Which is a warning.
            File.SetUnixFileMode(PinFile, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.OtherRead);
        }

        using var loggers = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Debug).AddProvider(new FailingLog()));
        var source = new Pkcs11KeyKind(loggers).Create(new SxtKeyOptions(), Options());

        using var key = await source.OpenAsync(TestContext.Current.CancellationToken);

        Assert.NotNull(key);
    }

    [Fact]
    public async Task A_device_signs_the_same_bytes_as_the_software_does()
    {
        var seed = Convert.FromBase64String(KeyVectors.SeedBase64);
        Import(seed, Convert.FromBase64String(KeyVectors.PublicKeyBase64), asOctetString: true);
        using var software = SxtSigningKey.FromSeed(seed);

        using var key = await OpenAsync(Source());

        Assert.Equal(KeyVectors.PublicKeyBase64, Convert.ToBase64String(key.PublicKey.Span));
        foreach (var text in new[] { Challenge, [], new byte[4096] })
        {
            Assert.Equal(
                await software.SignAsync(text, TestContext.Current.CancellationToken),
                await key.SignAsync(text, TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public void The_key_can_be_read_by_nobody_and_does_nothing_else()
    {
        MakeKey();

        var (secret, isExtractable, mayDerive) = SoftHsm.Use(Token, session =>
        {
            var key = Assert.Single(session.FindAllObjects(Ed25519Objects.Search(CKO.CKO_PRIVATE_KEY, Label, null)));
            var read = session.GetAttributeValue(key, [CKA.CKA_VALUE, CKA.CKA_EXTRACTABLE, CKA.CKA_DERIVE]);
            return (read[0].CannotBeRead, read[1].GetValueAsBool(), read[2].GetValueAsBool());
        });

        Assert.True(secret);
        Assert.False(isExtractable);
        Assert.False(mayDerive);
    }

    [Fact]
    public async Task The_key_derives_nothing()
    {
        MakeKey();
        using var key = await OpenAsync(Source());

        Assert.False(key.TryDeriveSecret("seal"u8, new byte[32]));
    }

    [Fact]
    public async Task A_key_is_found_by_its_slot_and_by_its_id()
    {
        var made = MakeKey(options => options.KeyId = "0A0b");
        MakeKey(options => (options.KeyLabel, options.KeyId) = ("other", "0c"));
        var slot = SoftHsm.SlotOf(Token).SlotId;

        foreach (var text in new[] { $"{slot}", $"0x{slot:x}" })
        {
            using var key = await OpenAsync(Source(options => (options.TokenLabel, options.Slot, options.KeyLabel, options.KeyId) = (null, text, null, "0a0B")));
            Assert.Equal(made, key.PublicKey.ToArray());
        }
    }

    [Fact]
    public void A_key_of_the_same_name_is_not_made_twice()
    {
        MakeKey();

        var failure = Assert.Throws<SxtAuthenticationException>(() => MakeKey());

        Assert.Contains("has a private key of that name already, which is left as it is", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_module_is_loaded_once_whoever_asks()
    {
        SoftHsm.MakeToken();

        var loaded = new Net.Pkcs11Interop.HighLevelAPI.IPkcs11Library[8];
        Parallel.For(0, loaded.Length, index => loaded[index] = Modules.Get(SoftHsm.Library));

        Assert.Single(loaded.Distinct());
    }

    [Fact]
    public async Task Ten_thousand_logins_leave_no_session_behind()
    {
        MakeKey();
        var source = Source();

        for (var login = 0; login < 10_000; login++)
        {
            using var key = await OpenAsync(source);
            await key.SignAsync(Challenge, TestContext.Current.CancellationToken);
        }

        Assert.False(SoftHsm.IsLoggedIn(Token));
        using (await OpenAsync(source))
        {
            Assert.True(SoftHsm.IsLoggedIn(Token));
        }
    }

    [Fact]
    public async Task A_failed_opening_leaves_no_session_behind()
    {
        await FailureOfAsync(Source());

        Assert.False(SoftHsm.IsLoggedIn(Token));
    }

    [Theory]
    [InlineData("0420")]
    [InlineData("")]
    [InlineData("032100")]
    public void The_public_key_is_read_in_each_form_that_devices_write(string prefix)
    {
        var point = Convert.FromHexString(prefix).Concat(Convert.FromBase64String(KeyVectors.PublicKeyBase64)).ToArray();

        Assert.Equal(KeyVectors.PublicKeyBase64, Convert.ToBase64String(Ed25519Objects.ReadPoint(point)!));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0420AA")]
    [InlineData("0441040000")]
    public void Anything_else_is_no_public_key(string point)
    {
        Assert.Null(Ed25519Objects.ReadPoint(Convert.FromHexString(point)));
    }

    private void Import(byte[] seed, byte[] publicKey, bool asOctetString) => SoftHsm.Use(Token, session =>
    {
        var attributes = Modules.Factories.ObjectAttributeFactory;
        byte[] id = [1];
        session.CreateObject(
        [
            attributes.Create(CKA.CKA_CLASS, CKO.CKO_PRIVATE_KEY),
            attributes.Create(CKA.CKA_KEY_TYPE, Ed25519Objects.KeyType),
            attributes.Create(CKA.CKA_TOKEN, true),
            attributes.Create(CKA.CKA_SIGN, true),
            attributes.Create(CKA.CKA_LABEL, Label),
            attributes.Create(CKA.CKA_ID, id),
            attributes.Create(CKA.CKA_EC_PARAMS, Ed25519Objects.CurveByOid.ToArray()),
            attributes.Create(CKA.CKA_VALUE, seed),
        ]);
        session.CreateObject(
        [
            attributes.Create(CKA.CKA_CLASS, CKO.CKO_PUBLIC_KEY),
            attributes.Create(CKA.CKA_KEY_TYPE, Ed25519Objects.KeyType),
            attributes.Create(CKA.CKA_TOKEN, true),
            attributes.Create(CKA.CKA_LABEL, Label),
            attributes.Create(CKA.CKA_ID, id),
            attributes.Create(CKA.CKA_EC_PARAMS, Ed25519Objects.CurveByOid.ToArray()),
            attributes.Create(CKA.CKA_EC_POINT, asOctetString ? [0x04, 0x20, .. publicKey] : publicKey),
        ]);
        return true;
    });
}
