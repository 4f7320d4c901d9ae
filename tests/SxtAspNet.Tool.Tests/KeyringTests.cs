using SxtAspNet.Testing;
using SxtAspNet.Tool.Tests.Infrastructure;
using static SxtAspNet.Tests.Keys.KeyVectors;

namespace SxtAspNet.Tool.Tests;

public sealed class KeyringTests
{
    [Fact]
    public async Task The_list_is_one_key_a_line()
    {
        await using var account = await TestAccount.StartAsync();
        var (_, backup) = account.Folder.WriteNewKey("backup.pem");
        account.Gateway.AddUser(account.UserId, backup);

        var list = (await account.RunAsync("keyring", "list")).Succeeded();

        Assert.Equal([PublicKeyBase64, Convert.ToBase64String(backup)], list.Lines);
        Assert.Empty(list.Error);
    }

    [Fact]
    public async Task The_list_is_an_array_in_JSON()
    {
        await using var account = await TestAccount.StartAsync();

        var json = (await account.RunAsync("keyring", "list", "--json")).Succeeded().ReadJson();

        Assert.Equal([PublicKeyBase64], json.GetProperty("keys").EnumerateArray().Select(key => key.GetString()));
    }

    [Fact]
    public async Task An_added_key_logs_in()
    {
        await using var account = await TestAccount.StartAsync();
        var (path, publicKey) = account.Folder.WriteNewKey("backup.pem");

        var added = (await account.RunAsync("keyring", "add", path)).Succeeded();

        Assert.Equal([Convert.ToBase64String(publicKey)], added.Lines);
        Assert.Contains($"was added to the keyring of '{account.UserId}'", added.Error, StringComparison.Ordinal);
        var login = await Sxt.RunAsync(
            "login", "--gateway", account.Gateway.BaseAddress.ToString(), "--user", account.UserId, "--key", path);
        login.Succeeded();
    }

    [Fact]
    public async Task What_was_added_is_told_in_JSON_and_whether_it_was_new()
    {
        await using var account = await TestAccount.StartAsync();
        var (path, publicKey) = account.Folder.WriteNewKey("backup.pem");

        var added = (await account.RunAsync("keyring", "add", path, "--json")).Succeeded().ReadJson();
        var again = (await account.RunAsync("keyring", "add", path, "--json")).Succeeded().ReadJson();

        var expected = $$"""{"publicKey":"{{Convert.ToBase64String(publicKey)}}","added":""";
        Assert.Equal($"{expected}true}}", added.GetRawText());
        Assert.Equal($"{expected}false}}", again.GetRawText());
    }

    [Fact]
    public async Task An_encrypted_key_is_added_with_a_password_of_its_own()
    {
        await using var account = await TestAccount.StartAsync();
        var (path, publicKey) = account.Folder.WriteNewKey("first.pem");
        account.Gateway.AddUser(account.UserId, publicKey);
        account.Gateway.RemoveKey(account.UserId, PublicKey);
        var encrypted = account.Folder.WriteEncrypted();

        var added = await Sxt.RunAsync(
            "keyring", "add", encrypted[0], "--new-password-file", encrypted[2],
            "--gateway", account.Gateway.BaseAddress.ToString(), "--user", account.UserId, "--key", path);

        Assert.Equal([PublicKeyBase64], added.Succeeded().Lines);
    }

    [Fact]
    public async Task An_encrypted_key_to_be_added_asks_for_the_right_password()
    {
        await using var account = await TestAccount.StartAsync();

        (await account.RunAsync("keyring", "add", account.Folder.WriteEncrypted()[0])).FailedWith("give --new-password-file.");
    }

    [Fact]
    public async Task Adding_a_key_again_changes_nothing_and_succeeds()
    {
        await using var account = await TestAccount.StartAsync();

        var added = (await account.RunAsync("keyring", "add", account.KeyFile)).Succeeded();

        Assert.Equal([PublicKeyBase64], added.Lines);
        Assert.Contains("is already on the keyring", added.Error, StringComparison.Ordinal);
        Assert.Equal(0, account.Gateway.Calls.Count(SxtGatewayCallKind.AddKey));
    }

    [Fact]
    public async Task A_public_key_alone_can_t_be_added()
    {
        await using var account = await TestAccount.StartAsync();

        (await account.RunAsync("keyring", "add", PublicKeyBase64)).FailedWith("the file with the private key", "public key alone");

        Assert.Empty(account.Gateway.Calls.All);
    }

    [Fact]
    public async Task A_lost_answer_leaves_it_open_and_the_next_run_finds_out()
    {
        await using var account = await TestAccount.StartAsync();
        var (path, publicKey) = account.Folder.WriteNewKey("backup.pem");
        account.Gateway.InjectFault(SxtGatewayFault.DropAfter(times: 1, SxtGatewayCallKind.AddKey));

        (await account.RunAsync("keyring", "add", path)).FailedWith("Whether the key was added is not known; run the command again.");
        var again = (await account.RunAsync("keyring", "add", path)).Succeeded();

        Assert.Equal(1, account.Gateway.Calls.Count(SxtGatewayCallKind.AddKey));
        Assert.Contains("is already on the keyring", again.Error, StringComparison.Ordinal);
        Assert.Equal([PublicKeyBase64, Convert.ToBase64String(publicKey)], await account.ListKeysAsync());
    }

    [Fact]
    public async Task A_refused_key_is_named()
    {
        await using var account = await TestAccount.StartAsync();
        var (path, publicKey) = account.Folder.WriteNewKey("backup.pem");
        account.Gateway.InjectFault(SxtGatewayFault.Status(403, kind: SxtGatewayCallKind.AddKey));

        (await account.RunAsync("keyring", "add", path)).FailedWith(
            Convert.ToBase64String(publicKey), $"user '{account.UserId}'", "refused to add it");
        Assert.Equal([PublicKeyBase64], await account.ListKeysAsync());
    }

    [Theory]
    [InlineData(SxtGatewayCallKind.Keys)]
    [InlineData(SxtGatewayCallKind.AddKeyChallenge)]
    public async Task A_session_that_ends_meanwhile_is_named(SxtGatewayCallKind kind)
    {
        await using var account = await TestAccount.StartAsync();
        var (path, _) = account.Folder.WriteNewKey("backup.pem");
        account.Gateway.InjectFault(SxtGatewayFault.Status(401, kind: kind));

        (await account.RunAsync("keyring", "add", path)).FailedWith($"user '{account.UserId}'", "no longer accepts the access token");
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("{\"keys\":null}")]
    [InlineData("{\"keys\":[null]}")]
    [InlineData("{\"keys\":[\"two words\"]}")]
    [InlineData("{\"keys\":[\"line\\nbreak\"]}")]
    [InlineData("{\"keys\":[\"\\u001b[31m\"]}")]
    [InlineData("[]")]
    [InlineData("<html>")]
    public async Task A_list_that_is_none_is_refused(string body)
    {
        await using var account = await TestAccount.StartAsync();
        account.Gateway.InjectFault(SxtGatewayFault.Answer(200, body, kind: SxtGatewayCallKind.Keys));

        (await account.RunAsync("keyring", "list")).FailedWith($"Keyring of user '{account.UserId}'", "answered with");
    }

    [Fact]
    public async Task Nobody_is_logged_out()
    {
        await using var account = await TestAccount.StartAsync();
        var (path, _) = account.Folder.WriteNewKey("backup.pem");

        (await account.RunAsync("keyring", "add", path)).Succeeded();
        (await account.RunAsync("keyring", "list")).Succeeded();

        Assert.Equal(0, account.Gateway.Calls.Count(SxtGatewayCallKind.Logout));
        Assert.Equal(2, account.Gateway.Calls.Count(SxtGatewayCallKind.Token));
    }
}
