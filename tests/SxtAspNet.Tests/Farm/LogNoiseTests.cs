using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Farm;

public class LogNoiseTests
{
    [Fact]
    public async Task A_key_that_cannot_be_had_is_one_entry_for_each_attempt_and_two_at_the_first()
    {
        await using var farm = new TestFarm(0);
        var missing = new TestKeySource("missing key");
        missing.Fail();
        var instance = farm.Add(services: services => services.PostConfigureAll<SxtOptions>(options =>
        {
            options.Keys.Clear();
            options.Keys.Add(new() { Source = missing });
        }));
        await instance.StartAsync();
        farm.Pass(TimeSpan.FromMinutes(1));

        // That the test's clients log their headers (1204) is not this app's trouble.
        var all = instance.Logs.GetSnapshot().Where(log => log.Level >= LogLevel.Warning && log.Id.Id != 1204).ToArray();
        var attempts = all.Count(log => log.Id.Id == 1102);
        Assert.True(attempts > 10, $"{attempts} attempts");
        Assert.Contains("missing key", all.First(log => log.Id.Id == 1102).Message, StringComparison.Ordinal);

        // That there is nothing to seal with either is said once, and that nothing is shared.
        Assert.Single(all, log => log.Id.Id == 1404);
        Assert.Single(all, log => log.Id.Id == 1401);
        Assert.Equal([1102, 1401, 1404], all.Select(log => log.Id.Id).Distinct().Order());
    }
}
