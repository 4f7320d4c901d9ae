using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.DependencyInjection;
using SxtAspNet.Gateway;
using SxtAspNet.Testing;

namespace SxtAspNet.Tests.Farm;

/// <summary>Farms that log in with an API key.</summary>
public class ApiKeyFarmTests
{
    private const string ApiKey = "sxt_0123456789abcdefghijklmnop";
    private const string OtherApiKey = "sxt_ponmlkjihgfedcba9876543210";

    [Fact]
    public async Task One_exchange_per_generation_serves_the_whole_farm()
    {
        await using var farm = FarmOf(3);
        await farm.StartAsync();

        await farm.PassWithTrafficAsync(TimeSpan.FromMinutes(65), TimeSpan.FromSeconds(10));

        farm.AssertOneSession();
        Assert.Equal((4, 0, 0), (Exchanges(farm), farm.Logins, farm.Refreshes));
        Assert.All(farm.Instances, instance => Assert.Equal((SxtSessionMode.Shared, TestFarm.User), (instance.Status.Mode, instance.Status.UserId)));
        Assert.Equal(0, farm.Gateway.Calls.ExpiredTokensPresented);
    }

    [Fact]
    public async Task Whoever_is_left_renews()
    {
        await using var farm = FarmOf(2);
        await farm.StartAsync();
        farm.Instances[0].Kill();

        await farm.PassWithTrafficAsync(TimeSpan.FromMinutes(30), TimeSpan.FromSeconds(10));

        Assert.Equal(2, Exchanges(farm));
        Assert.Equal(SxtSessionState.Active, farm.Instances[1].Status.State);
    }

    [Fact]
    public async Task An_instance_that_adopts_learns_the_user_from_the_token()
    {
        await using var farm = FarmOf(1);
        await farm.StartAsync();

        var late = Add(farm, ApiKey);
        await late.StartAsync();

        Assert.Equal(TestFarm.User, late.Status.UserId);
        Assert.Equal(1, Exchanges(farm));
    }

    [Fact]
    public async Task Where_no_user_is_configured_a_record_that_can_not_be_opened_may_be_another_users_and_the_log_says_so()
    {
        await using var farm = FarmOf(1);
        await farm.StartAsync();
        farm.Gateway.AddApiKey("somebody-else", OtherApiKey);

        var stranger = Add(farm, OtherApiKey);
        await stranger.StartAsync();

        Assert.Equal(("somebody-else", SxtSessionMode.Private), (stranger.Status.UserId, stranger.Status.Mode));
        var report = Assert.Single(stranger.Logs.GetSnapshot(), log => log.Id.Id == 1403);
        Assert.Contains("Apps without a UserId share their record's name: give them different prefixes, or a UserId each.", report.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_of_another_user_is_not_adopted_from_a_record_that_both_can_open()
    {
        await using var farm = FarmOf(0);
        farm.Gateway.AddApiKey("somebody-else", OtherApiKey);
        var seal = new EphemeralDataProtectionProvider();
        var mine = Add(farm, ApiKey, seal);
        await mine.StartAsync();
        farm.Pass(TimeSpan.FromMinutes(2));
        var other = Add(farm, OtherApiKey, seal);

        // Both users are known: each has logged in while the other's record could not be seen.
        other.Door.IsShut = true;
        await other.StartAsync();
        other.Door.IsShut = false;
        await farm.PassWithTrafficAsync(TimeSpan.FromMinutes(50), TimeSpan.FromSeconds(5));

        Assert.Equal((TestFarm.User, "somebody-else"), (mine.Status.UserId, other.Status.UserId));
        Assert.Equal(TestFarm.User, await UserOfTokenAsync(mine));
        Assert.Equal("somebody-else", await UserOfTokenAsync(other));
        Assert.Contains(
            other.Logs.GetSnapshot(),
            log => log.Id.Id == 1400 && log.Message.Contains("is of another user. Give each of the two apps a UserId, or a prefix of its own", StringComparison.Ordinal));
    }

    private static async Task<string?> UserOfTokenAsync(TestFarm.Instance instance)
    {
        var token = await instance.Session.GetAccessTokenAsync(TestContext.Current.CancellationToken);
        return TokenParts.Read(token.GetValue())?.Payload.User;
    }

    private static TestFarm FarmOf(int instances)
    {
        var farm = new TestFarm(0);
        farm.Gateway.AddApiKey(TestFarm.User, ApiKey);
        for (var i = 0; i < instances; i++)
        {
            Add(farm, ApiKey);
        }

        return farm;
    }

    private static TestFarm.Instance Add(TestFarm farm, string apiKey, IDataProtectionProvider? seal = null) => farm.Add(services: services =>
    {
        services.PostConfigureAll<SxtOptions>(options =>
        {
            options.UserId = "";
            options.Keys.Clear();
            options.Keys.Add(new() { ApiKey = apiKey });
        });
        if (seal is not null)
        {
            services.AddSxt(_ => { }).UseDataProtection();
            services.AddSingleton(seal);
        }
    });

    private static int Exchanges(TestFarm farm) => farm.Gateway.Calls.Count(SxtGatewayCallKind.ApiKeyExchange);
}
