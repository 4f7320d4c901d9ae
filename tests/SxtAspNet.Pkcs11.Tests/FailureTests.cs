using System.Text;
using Net.Pkcs11Interop.Common;
using SxtAspNet.Pkcs11.Tests.Infrastructure;

namespace SxtAspNet.Pkcs11.Tests;

public sealed class FailureTests : DeviceTests
{
    [Fact]
    public async Task A_wrong_PIN_is_tried_once_until_the_file_holds_another()
    {
        MakeKey();
        var source = Source();
        WritePin("000000");

        Assert.Contains("refuses the PIN", await FailureOfAsync(source), StringComparison.Ordinal);
        ClearPinFlags();
        Assert.Contains("not tried again until PinFile holds another one", await FailureOfAsync(source), StringComparison.Ordinal);
        Assert.False(SoftHsm.SlotOf(Token).GetTokenInfo().TokenFlags.UserPinCountLow);

        WritePin(SoftHsm.Pin);
        using var key = await OpenAsync(source);
        Assert.NotNull(key);
    }

    [Fact]
    public async Task A_refused_PIN_is_not_tried_again_after_another_one_was()
    {
        MakeKey();
        var source = Source();
        foreach (var pin in new[] { "000000", "111111" })
        {
            WritePin(pin);
            Assert.Contains("refuses the PIN", await FailureOfAsync(source), StringComparison.Ordinal);
        }

        ClearPinFlags();
        WritePin("000000");

        Assert.Contains("refuses the PIN", await FailureOfAsync(source), StringComparison.Ordinal);
        Assert.False(SoftHsm.SlotOf(Token).GetTokenInfo().TokenFlags.UserPinCountLow);
    }

    [Fact]
    public async Task A_refused_PIN_is_not_tried_again_by_whoever_loads_the_module_from_another_path()
    {
        MakeKey();
        WritePin("000000");
        var link = Path.Combine(Path.GetDirectoryName(PinFile)!, "module.so");
        File.CreateSymbolicLink(link, SoftHsm.Library);
        Assert.Contains("refuses the PIN", await FailureOfAsync(Source()), StringComparison.Ordinal);
        ClearPinFlags();

        Assert.Contains("refuses the PIN", await FailureOfAsync(Source(options => options.Library = link)), StringComparison.Ordinal);

        Assert.False(SoftHsm.SlotOf(Token).GetTokenInfo().TokenFlags.UserPinCountLow);
    }

    [Fact]
    public void A_token_in_another_slot_that_fails_does_not_hide_the_one_that_is_meant()
    {
        var failing = SlotDouble.Failing(CKR.CKR_TOKEN_NOT_RECOGNIZED);
        var key = DeviceKey.From(Options());

        var found = TokenSession.FindSlot([failing, SoftHsm.SlotOf(Token)], key);
        var failure = Assert.Throws<Pkcs11Exception>(() => TokenSession.FindSlot([failing], key));

        Assert.Equal(SoftHsm.SlotOf(Token).SlotId, found.SlotId);
        Assert.Equal(CKR.CKR_TOKEN_NOT_RECOGNIZED, failure.RV);
    }

    [Fact]
    public async Task A_missing_PIN_file_is_named()
    {
        MakeKey();
        File.Delete(PinFile);

        Assert.Contains($"The PIN file '{PinFile}' does not exist", await FailureOfAsync(Source()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_PIN_file_that_holds_a_line_break_only_is_named()
    {
        MakeKey();
        WritePin("\n");

        Assert.Contains("holds an empty PIN", await FailureOfAsync(Source()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("utf-16", true)]
    [InlineData("utf-16", false)]
    [InlineData("utf-16BE", true)]
    [InlineData("utf-16BE", false)]
    public async Task A_PIN_file_in_UTF_16_costs_no_try(string encoding, bool withMark)
    {
        MakeKey();
        var text = Encoding.GetEncoding(encoding);
        WritePin([.. withMark ? text.GetPreamble() : [], .. text.GetBytes(SoftHsm.Pin + "\r\n")]);

        Assert.Contains(
            "is not UTF-8 text. Save it as UTF-8; in Windows PowerShell: Set-Content -Encoding utf8.", await FailureOfAsync(Source()), StringComparison.Ordinal);
        Assert.False(SoftHsm.SlotOf(Token).GetTokenInfo().TokenFlags.UserPinCountLow);
    }

    [Fact]
    public async Task A_PIN_file_that_is_no_text_costs_no_try()
    {
        MakeKey();
        WritePin([0x70, 0xE4, 0x73, 0x73]);

        Assert.Contains("is not UTF-8 text", await FailureOfAsync(Source()), StringComparison.Ordinal);
        Assert.False(SoftHsm.SlotOf(Token).GetTokenInfo().TokenFlags.UserPinCountLow);
    }

    [Fact]
    public async Task A_token_that_is_not_there_is_named()
    {
        var message = await FailureOfAsync(Source(options => options.TokenLabel = "elsewhere"));

        Assert.Contains("PKCS#11 key 'sxt' on token 'elsewhere' can't be used: No token has that label", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_slot_without_a_token_is_named()
    {
        var message = await FailureOfAsync(Source(options => (options.TokenLabel, options.Slot) = (null, "987654321")));

        Assert.Contains("No token is in that slot", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_that_is_not_there_is_named()
    {
        Assert.Contains("The token has no such private key", await FailureOfAsync(Source()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Several_keys_of_one_label_need_an_id()
    {
        MakeKey(options => options.KeyId = "01");
        MakeKey(options => options.KeyId = "02");

        Assert.Contains("Several private keys match. Set KeyId", await FailureOfAsync(Source()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_of_another_curve_is_named()
    {
        SoftHsm.Use(Token, session =>
        {
            var attributes = Modules.Factories.ObjectAttributeFactory;
            using var mechanism = Modules.Factories.MechanismFactory.Create(CKM.CKM_EC_KEY_PAIR_GEN);
            session.GenerateKeyPair(
                mechanism,
                [attributes.Create(CKA.CKA_TOKEN, true), attributes.Create(CKA.CKA_EC_PARAMS, Convert.FromHexString("06082A8648CE3D030107"))],
                [attributes.Create(CKA.CKA_TOKEN, true), attributes.Create(CKA.CKA_LABEL, Label), attributes.Create(CKA.CKA_SIGN, true)],
                out _,
                out _);
            return true;
        });

        Assert.Contains("It is no Ed25519 key (curve edwards25519)", await FailureOfAsync(Source()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_library_that_is_not_there_is_named_and_looked_for_again()
    {
        var source = Source(options => options.Library = "/nowhere/libnothing.so");

        Assert.Contains("The module can't be loaded", await FailureOfAsync(source), StringComparison.Ordinal);
        Assert.Contains("Check Library", await FailureOfAsync(source), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_key_without_a_public_half_is_named()
    {
        MakeKey();
        SoftHsm.Use(Token, session =>
        {
            session.FindAllObjects(Ed25519Objects.Search(CKO.CKO_PUBLIC_KEY, Label, null)).ForEach(session.DestroyObject);
            return true;
        });

        Assert.Contains("has no public key beside it", await FailureOfAsync(Source()), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_device_that_was_removed_while_a_key_is_open_is_a_reason_and_the_rest_is_clean()
    {
        MakeKey();
        var source = Source();
        using (var key = await OpenAsync(source))
        {
            SoftHsm.SlotOf(Token).CloseAllSessions();
            var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(
                async () => await key.SignAsync("challenge"u8.ToArray(), TestContext.Current.CancellationToken));
            Assert.Equal(SxtFailureReason.KeyUnavailable, failure.Reason);
        }

        using var again = await OpenAsync(source);
        Assert.NotNull(again);
    }

    [Theory]
    [InlineData(CKR.CKR_PIN_LOCKED, "Have the security officer set a new one")]
    [InlineData(CKR.CKR_TOKEN_NOT_PRESENT, "The device was removed")]
    [InlineData(CKR.CKR_DEVICE_REMOVED, "The device was removed")]
    [InlineData(CKR.CKR_MECHANISM_INVALID, "can't sign with Ed25519")]
    [InlineData(CKR.CKR_SESSION_COUNT, "no session free")]
    [InlineData(CKR.CKR_CRYPTOKI_NOT_INITIALIZED, "Let that code keep the module as long as the app runs")]
    [InlineData(CKR.CKR_DEVICE_ERROR, "Check it with the vendor's tool")]
    [InlineData((CKR)0x80000123, "CKR 0x80000123")]
    public void Each_return_value_has_a_mend(CKR value, string expected)
    {
        var failure = DeviceFailure.From("key", new Pkcs11Exception("C_Sign", value));

        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
    }

    /// <summary>A login with the right PIN takes the mark of a wrong one away.</summary>
    private void ClearPinFlags()
    {
        SoftHsm.Use(Token, _ => true);
        Assert.False(SoftHsm.SlotOf(Token).GetTokenInfo().TokenFlags.UserPinCountLow);
    }
}
