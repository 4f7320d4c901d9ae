using System.Text;

namespace SxtAspNet.Testing.Tests;

public sealed class ProfileTests : IDisposable
{
    private readonly string _path = Path.GetTempFileName();

    [Fact]
    public void What_a_profile_does_not_have_has_its_default()
    {
        File.WriteAllText(_path, """{"sessionLifetime":"02:00:00"}""");

        var options = SxtGatewayEmulatorOptions.Load(_path);

        Assert.Equal(TimeSpan.FromHours(2), options.SessionLifetime);
        Assert.Equal(Save(new() { SessionLifetime = TimeSpan.FromHours(2) }), Save(options));
    }

    [Fact]
    public void A_saved_profile_is_read_as_it_was()
    {
        var saved = Save(new()
        {
            ChallengeLifetime = TimeSpan.FromSeconds(1),
            AccessTokenLifetime = TimeSpan.FromSeconds(2),
            RefreshTokenLifetime = TimeSpan.FromSeconds(3),
            SessionLifetime = TimeSpan.FromSeconds(4),
            AllowRefreshTokenReuse = true,
            ReusedRefreshTokenEndsSession = false,
            OldAccessTokensSurviveRefresh = true,
            LoginEndsOtherSessions = true,
            RefreshExtendsSession = true,
            LogoutEndsAllSessions = false,
            AllowChallengeReuse = true,
            RefusedTokenStatus = 200,
            RefusedTokenHasBody = true,
            AdditionalMembers = ["region"],
            SendDate = false,
            ClockOffset = TimeSpan.FromSeconds(-5),
            SendSessionExpires = false,
        });
        File.WriteAllText(_path, saved);

        Assert.Equal(saved, Save(SxtGatewayEmulatorOptions.Load(_path)));
    }

    [Theory]
    [InlineData("""{"sesionLifetime":"02:00:00"}""", "sesionLifetime")]
    [InlineData("""{"sendDate":"yes"}""", "sendDate")]
    [InlineData("null", "null")]
    [InlineData("", "no profile")]
    public void What_is_no_profile_is_refused_with_what_is_wrong(string content, string word)
    {
        File.WriteAllText(_path, content);

        var failure = Assert.Throws<InvalidDataException>(() => SxtGatewayEmulatorOptions.Load(_path));

        Assert.Contains(_path, failure.Message, StringComparison.Ordinal);
        Assert.Contains(word, failure.Message, StringComparison.Ordinal);
    }

    public void Dispose() => File.Delete(_path);

    private static string Save(SxtGatewayEmulatorOptions options)
    {
        using var stream = new MemoryStream();
        options.Save(stream);
        return Encoding.UTF8.GetString(stream.ToArray());
    }
}
