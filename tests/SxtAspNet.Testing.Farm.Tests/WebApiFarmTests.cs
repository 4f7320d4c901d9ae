using Microsoft.Extensions.DependencyInjection;

namespace SxtAspNet.Testing.Farm.Tests;

/// <summary>The sample's own tests: what an app that uses the library can hold of a farm of itself.</summary>
public sealed class WebApiFarmTests
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Three_instances_log_in_once_and_share_the_session()
    {
        await using var farm = SampleFarm.Create();
        await farm.StartAsync();

        await farm.ShouldAnswerAsync("/blocks");
        farm.ShouldShareOneSession();
        Assert.Equal(1, farm.Gateway.Calls.Count(SxtGatewayCallKind.Token));
    }

    [Fact]
    public async Task A_day_and_an_hour_pass_without_a_failed_request()
    {
        await using var farm = SampleFarm.Create();
        await farm.StartAsync();

        await farm.AdvanceAsync(TimeSpan.FromHours(25), every: 10 * Minute, SampleFarm.BlocksAsync);

        farm.ShouldShareOneSession();
        Assert.Equal(2, farm.Gateway.Calls.Count(SxtGatewayCallKind.Token));
        Assert.InRange(farm.Gateway.Calls.Count(SxtGatewayCallKind.Refresh), 70, 80);
        Assert.Equal(0, farm.Gateway.Calls.ReusedRefreshTokens);
        Assert.Equal(0, farm.Gateway.Calls.ExpiredTokensPresented);
    }

    [Fact]
    public async Task The_owner_is_killed_and_another_instance_logs_in_once_for_all()
    {
        await using var farm = SampleFarm.Create();
        await farm.StartAsync();
        var owner = farm.Instances.Single(instance => instance.Session.Status.Mode == SxtSessionMode.Owner);

        farm.Kill(owner.Index);
        await farm.AdvanceAsync(30 * Minute, every: Minute, SampleFarm.BlocksAsync);

        farm.ShouldShareOneSession();
        Assert.Equal(2, farm.Gateway.Calls.Count(SxtGatewayCallKind.Token));
        await farm.StartAsync(owner.Index);
        farm.ShouldShareOneSession();
        Assert.Equal(2, farm.Gateway.Calls.Count(SxtGatewayCallKind.Token));
    }

    [Fact]
    public async Task An_instance_that_is_cut_from_the_store_goes_on_by_itself_and_joins_again()
    {
        await using var farm = SampleFarm.Create();
        await farm.StartAsync();

        farm.CutFromStore(2);
        await farm.AdvanceAsync(30 * Minute, every: Minute, SampleFarm.BlocksAsync);
        var alone = Assert.Throws<SxtFarmException>(() => farm.ShouldShareOneSession());
        farm.ReconnectToStore(2);
        await farm.AdvanceAsync(30 * Minute, every: Minute, SampleFarm.BlocksAsync);

        Assert.Contains("a session of its own", alone.Message, StringComparison.Ordinal);
        farm.ShouldShareOneSession();
    }

    [Fact]
    public async Task An_instance_that_is_cut_from_the_gateway_keeps_the_farms_token()
    {
        await using var farm = SampleFarm.Create();
        await farm.StartAsync();

        farm.CutFromGateway(0);
        await farm.AdvanceAsync(TimeSpan.FromHours(1));

        farm.ShouldShareOneSession();
        var failing = await Assert.ThrowsAsync<SxtFarmException>(() => farm.ShouldAnswerAsync("/blocks"));
        Assert.Contains("instance 0", failing.Message, StringComparison.Ordinal);
        farm.ReconnectToGateway(0);
        await farm.ShouldAnswerAsync("/blocks");
    }

    [Fact]
    public async Task A_lost_answer_to_a_refresh_costs_a_login_and_no_request()
    {
        await using var farm = SampleFarm.Create();
        await farm.StartAsync();
        var fault = farm.Gateway.InjectFault(SxtGatewayFault.DropAfter(times: 1, SxtGatewayCallKind.Refresh));

        await farm.AdvanceAsync(TimeSpan.FromHours(1), every: Minute, SampleFarm.BlocksAsync);

        Assert.Equal(1, fault.Hits);
        Assert.Equal(2, farm.Gateway.Calls.Count(SxtGatewayCallKind.Token));
        Assert.Equal(0, farm.Gateway.Calls.ReusedRefreshTokens);
    }

    [Fact]
    public async Task An_emptied_store_is_filled_again()
    {
        await using var farm = SampleFarm.Create();
        await farm.StartAsync();

        farm.ClearStore();
        await farm.AdvanceAsync(TimeSpan.FromHours(1), every: Minute, SampleFarm.BlocksAsync);

        farm.ShouldShareOneSession();
        Assert.Equal(1, farm.Gateway.Calls.Count(SxtGatewayCallKind.Token));
    }

    [Fact]
    public async Task A_stopped_instance_logs_nobody_out()
    {
        await using var farm = SampleFarm.Create();
        await farm.StartAsync();

        await farm.StopAsync(0);

        await farm.ShouldAnswerAsync("/blocks");
        Assert.Equal(0, farm.Gateway.Calls.Count(SxtGatewayCallKind.Logout));
        Assert.False(farm.Instances[0].IsRunning);
        Assert.Throws<InvalidOperationException>(() => farm.Instances[0].CreateClient());
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    public async Task An_app_with_a_store_of_its_own_shares_as_well(string? identity)
    {
        await using var farm = new SxtFarmHarness<WebApi.BlocksClient>(instances: 2, configure: host =>
        {
            SampleFarm.Configure(host);
            host.ConfigureServices(services => services.AddKeyedSingleton<ISxtSessionStore>(
                identity, static (_, _) => throw new InvalidOperationException("The test has no database.")));
        });
        await farm.StartAsync();

        farm.ShouldShareOneSession();
        Assert.Equal(1, farm.Gateway.Calls.Count(SxtGatewayCallKind.Token));
    }

    [Fact]
    public async Task An_app_that_shares_nothing_is_told_so()
    {
        await using var farm = new SxtFarmHarness<WebApi.BlocksClient>(instances: 2, configure: SampleFarm.Configure);
        await farm.StartAsync();

        var failure = Assert.Throws<SxtFarmException>(() => farm.ShouldShareOneSession());

        Assert.Contains("AddRedis", failure.Message, StringComparison.Ordinal);
        Assert.Contains("instance 1", failure.Message, StringComparison.Ordinal);
    }
}
