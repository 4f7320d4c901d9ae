using static SxtAspNet.Tests.Keys.KeyVectors;

namespace SxtAspNet.Tests.Keys;

public sealed class DotEnvKeyTests
{
    private const string OtherPublicKey = "PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw=";

    [Fact]
    public void The_file_of_the_Python_SDK_is_read() => Assert.Equal(PublicKeyHex, PublicKeyOf(DotEnv));

    [Theory]
    [InlineData("USER_PRIVATE_KEY=" + SeedBase64)]
    [InlineData("USER_PRIVATE_KEY=" + SeedHex)]
    [InlineData("USER_PRIVATE_KEY=" + PairBase64)]
    [InlineData("USER_PRIVATE_KEY='" + SeedBase64 + "'")]
    [InlineData("USER_PRIVATE_KEY=\" " + SeedBase64 + " \"")]
    [InlineData("  USER_PRIVATE_KEY = " + SeedBase64 + "  ")]
    [InlineData("export USER_PRIVATE_KEY=" + SeedBase64)]
    [InlineData("export \t USER_PRIVATE_KEY=\"" + SeedBase64 + "\"")]
    [InlineData("USER_PRIVATE_KEY=" + SeedBase64 + " # the key")]
    [InlineData("USER_PRIVATE_KEY=\"" + SeedBase64 + "\" # the key")]
    [InlineData("# USER_PRIVATE_KEY=old\nUSER_PRIVATE_KEY=" + SeedBase64)]
    [InlineData("\uFEFFUSERID=x\r\nUSER_PRIVATE_KEY=" + SeedBase64 + "\r\nAPI_URL=y\r\n")]
    [InlineData("USERID=x\rUSER_PRIVATE_KEY=" + SeedBase64 + "\r")]
    [InlineData("USERID=it's\nUSER_PRIVATE_KEY=" + SeedBase64)]
    [InlineData("EMPTY=\nUSER_PRIVATE_KEY=" + SeedBase64)]
    [InlineData("NO_VALUE\nUSER_PRIVATE_KEY=" + SeedBase64)]
    [InlineData("USER_PUBLIC_KEY=\nUSER_PRIVATE_KEY=" + SeedBase64)]
    [InlineData("USER_PUBLIC_KEY=" + PublicKeyHex + "\nUSER_PRIVATE_KEY=" + SeedBase64)]
    [InlineData("OLD_USER_PRIVATE_KEY=x\nUSER_PRIVATE_KEY=" + SeedBase64)]
    public void What_dotenv_allows_is_read(string content) => Assert.Equal(PublicKeyHex, PublicKeyOf(content));

    [Theory]
    [InlineData("USER_PRIVATE_KEY", "USER_PUBLIC_KEY")]
    [InlineData("SXT_USER_PRIVATE_KEY", "SXT_USER_PUBLIC_KEY")]
    [InlineData("SXT_USER_PRIVATEKEY", "SXT_USER_PUBLICKEY")]
    [InlineData("USER_PRIVATEKEY", "USER_PUBLICKEY")]
    public void All_names_of_the_Python_SDK_are_known(string privateName, string publicName)
    {
        Assert.Equal(PublicKeyHex, PublicKeyOf($"{privateName}={SeedBase64}\n{publicName}={PublicKeyBase64}\n"));
        Assert.Contains(
            "does not belong", MessageFor($"{privateName}={SeedBase64}\n{publicName}={OtherPublicKey}"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("USER_PRIVATE_KEY=" + SeedBase64 + "\nSXT_USER_PRIVATE_KEY=" + SeedBase64)]
    [InlineData("USER_PRIVATE_KEY=" + SeedHex + "\nSXT_USER_PRIVATE_KEY=" + SeedBase64)]
    [InlineData("USER_PRIVATE_KEY=" + SeedBase64 + "\nUSER_PRIVATE_KEY=" + SeedBase64)]
    [InlineData("USER_PRIVATE_KEY=\nSXT_USER_PRIVATE_KEY=" + SeedBase64)]
    [InlineData("SXT_USER_PRIVATE_KEY=" + SeedBase64 + "\nUSER_PRIVATE_KEY=\n")]
    public void Names_that_agree_are_one_key(string content) => Assert.Equal(PublicKeyHex, PublicKeyOf(content));

    [Theory]
    [InlineData("USER_PRIVATE_KEY=" + SeedBase64 + "\nSXT_USER_PRIVATE_KEY=" + OtherPublicKey, "USER_PRIVATE_KEY and SXT_USER_PRIVATE_KEY")]
    [InlineData("SXT_USER_PRIVATEKEY=" + SeedBase64 + "\nUSER_PRIVATEKEY=x", "SXT_USER_PRIVATEKEY and USER_PRIVATEKEY")]
    [InlineData(
        "USER_PRIVATE_KEY=" + SeedBase64 + "\nUSER_PUBLIC_KEY=" + PublicKeyBase64 + "\nUSER_PUBLICKEY=" + OtherPublicKey,
        "USER_PUBLIC_KEY and USER_PUBLICKEY")]
    public void Names_that_contradict_each_other_are_refused(string content, string names) =>
        Assert.Contains($"{names} to different values", MessageFor(content), StringComparison.Ordinal);

    [Fact]
    public void A_quoted_value_over_several_lines_hides_what_it_quotes() =>
        Assert.Equal(
            PublicKeyHex, PublicKeyOf($"NOTE=\"a \\\" b\nUSER_PRIVATE_KEY=no\n\"\nUSER_PRIVATE_KEY={SeedBase64}\n"));

    [Fact]
    public void PEM_in_another_variable_is_not_taken_for_the_key() =>
        Assert.Equal(PublicKeyHex, PublicKeyOf($"OTHER=\"{Rfc8410Pem}\"\nUSER_PRIVATE_KEY={SeedBase64}\n"));

    [Fact]
    public void A_public_key_that_belongs_to_another_seed_is_refused() =>
        Assert.Contains(
            "does not belong",
            MessageFor($"USER_PRIVATE_KEY={SeedBase64}\nUSER_PUBLIC_KEY={OtherPublicKey}"),
            StringComparison.Ordinal);

    [Fact]
    public void A_pair_beside_another_public_key_is_refused() =>
        Assert.Contains(
            "another public key",
            MessageFor($"USER_PRIVATE_KEY={PairBase64}\nUSER_PUBLIC_KEY={OtherPublicKey}"),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("USERID=orders-service\nAPI_URL=https://api.spaceandtime.app", "does not set USER_PRIVATE_KEY")]
    [InlineData("#USER_PRIVATE_KEY=" + SeedBase64 + "\nUSERID=x", "does not set USER_PRIVATE_KEY")]
    [InlineData("USER_PUBLIC_KEY=" + PublicKeyBase64, "without USER_PRIVATE_KEY")]
    [InlineData("USER_PRIVATE_KEY=", "to nothing")]
    [InlineData("USER_PRIVATE_KEY=\"\"", "to nothing")]
    [InlineData("USER_PRIVATE_KEY= # later", "to nothing")]
    [InlineData("USER_PRIVATE_KEY=${KEY}", "neither base64 nor hex")]
    [InlineData("USER_PRIVATE_KEY=\"" + SeedBase64, "neither base64 nor hex")]
    [InlineData("USER_PRIVATE_KEY=Zm9v", "3 bytes")]
    [InlineData("USER_PRIVATE_KEY=" + SeedBase64 + "\nUSER_PRIVATE_KEY=" + OtherPublicKey, "twice")]
    [InlineData("SXT_USER_PRIVATE_KEY=?", "SXT_USER_PRIVATE_KEY in the .env file is neither")]
    [InlineData("SXT_USER_PUBLIC_KEY=" + PublicKeyBase64, "without USER_PRIVATE_KEY")]
    [InlineData("USER_PRIVATE_KEY=" + SeedBase64 + "\nUSER_PUBLIC_KEY=AAAA", "USER_PUBLIC_KEY")]
    [InlineData("USER_PRIVATE_KEY=" + SeedBase64 + "\nUSER_PUBLIC_KEY=?", "USER_PUBLIC_KEY")]
    public void What_can_t_be_the_key_is_refused(string content, string problem) =>
        Assert.Contains(problem, MessageFor(content), StringComparison.Ordinal);
}
