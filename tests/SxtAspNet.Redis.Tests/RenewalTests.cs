using SxtAspNet.Redis.Tests.Infrastructure;

namespace SxtAspNet.Redis.Tests;

/// <summary>Renewals in the background, at a gateway that ends older access tokens at each.</summary>
public class RenewalTests(Servers servers)
{
    [Theory, EachServer]
    public async Task Generations_follow_each_other_with_one_renewal_each_and_no_request_fails(ServerKind kind)
    {
        var server = await servers.UseAsync(kind);
        await using var farm = new Farm(Times.ShortLived());
        await farm.StartAsync(4, server.Configuration, Times.Short);
        await using var traffic = Traffic.Start(farm);

        // Looked at while the session goes on being renewed, so all at once: a call too many would stay one too many.
        await Eventually.IsTrueAsync(
            () => traffic.Generations is { Count: >= 3 } all
                && farm.Grants == all.Count
                && farm.Instances.All(instance => traffic.GenerationsOf(instance).SequenceEqual(all)),
            "the session is renewed twice, by one call each, and all instances use each generation",
            () => $"{farm.Grants} grants; {farm.Describe()}");
        await traffic.StopAsync();

        Assert.Equal(1, farm.Logins);
        Assert.Equal(0, farm.Gateway.Calls.ReusedRefreshTokens);
        Assert.Equal(0, farm.Gateway.Calls.ExpiredTokensPresented);
    }
}
