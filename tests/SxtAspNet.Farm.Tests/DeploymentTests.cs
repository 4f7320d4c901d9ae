using SxtAspNet.Farm.Tests.Infrastructure;
using SxtAspNet.Testing;
using WebFarm.Processes;

namespace SxtAspNet.Farm.Tests;

public sealed class DeploymentTests
{
    [Fact]
    public async Task A_rolling_restart_of_all_instances_asks_nothing_of_the_gateway()
    {
        await using var farm = await TestFarm.StartAsync(TestFarm.Quiet with { Instances = 3 });
        var generation = await farm.AgreeAsync();
        farm.StartTraffic();

        foreach (var instance in farm.Instances)
        {
            await instance.Process!.StopAsync();
            await farm.Farm.RestartAsync(instance, TestContext.Current.CancellationToken);
            Assert.Equal(generation, await farm.AgreeAsync());
            await TestFarm.RequestAsync([instance]);
        }

        await farm.StopTrafficAsync();
        farm.AssertFurtherLogins(0);
        Assert.Equal((0, 0), (farm.Refreshes, farm.Calls.Count(SxtGatewayCallKind.Logout)));
        farm.AssertNoTokenMisused();
    }

    [Fact]
    public async Task An_instance_is_starting_until_its_process_listens()
    {
        await using var farm = await TestFarm.StartAsync(TestFarm.Quiet with { Instances = 1 });
        var instance = farm.Instances[0];
        await instance.Process!.StopAsync();
        Assert.Equal(ProcessState.Ended, instance.State);

        var restart = farm.Farm.RestartAsync(instance, TestContext.Current.CancellationToken);
        Assert.Equal(ProcessState.Starting, instance.State);
        await restart;

        Assert.Equal(ProcessState.Running, instance.State);
    }

    [Fact]
    public async Task A_logout_through_one_instance_ends_the_session_of_all_and_the_next_requests_log_in_once()
    {
        await using var farm = await TestFarm.StartAsync(TestFarm.Quiet with { Instances = 3 });
        var generation = await farm.AgreeAsync();

        await farm.Farm.LogoutAsync(TestContext.Current.CancellationToken);
        foreach (var instance in farm.Instances)
        {
            await farm.IsTrueOfAsync(instance, session => session.State == "LoggedOut", "drops the token");
        }

        Assert.Equal((0, 1), (farm.FurtherLogins, farm.Calls.Count(SxtGatewayCallKind.Logout)));
        await TestFarm.RequestAsync(farm.Instances, each: 10);
        await farm.AgreeAsync(above: generation);
        Assert.Equal((1, 1), (farm.FurtherLogins, farm.Calls.Count(SxtGatewayCallKind.Logout)));
        farm.AssertNoTokenMisused();
    }

    [Fact]
    public async Task Farms_with_another_user_or_prefix_on_the_same_cache_do_not_mix()
    {
        const string OtherUser = "another-farm";
        await using var farm = await TestFarm.StartEmptyAsync(TestFarm.Quiet with { Instances = 6, Configure = Configure });
        using var key = SxtSigningKey.FromSeed(Convert.FromHexString(
            await File.ReadAllTextAsync(farm.Farm.Gateway.KeyFile, TestContext.Current.CancellationToken)));
        farm.Gateway.AddUser(OtherUser, key.PublicKey.ToArray());

        await farm.Farm.StartInstancesAsync("Background", TestContext.Current.CancellationToken);
        var farms = farm.Instances.Chunk(2).ToArray();
        foreach (var each in farms)
        {
            await farm.AgreeAsync(above: 0, except: [.. farm.Instances.Except(each)]);
        }

        // Not told by their generations, which are times: two farms may log in within the same millisecond.
        Assert.True(farms.Length == farm.Logins, farm.Describe());
        await TestFarm.RequestAsync(farm.Instances);
        farm.AssertNoTokenMisused();

        static void Configure(int number, IDictionary<string, string> settings)
        {
            switch (number)
            {
                case 3 or 4:
                    settings["Sxt__UserId"] = OtherUser;
                    break;
                case 5 or 6:
                    settings["SxtRedis__Prefix"] += "other:";
                    break;
            }
        }
    }
}
