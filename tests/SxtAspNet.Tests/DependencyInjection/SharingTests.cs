using Medallion.Threading;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using SxtAspNet.Tests.Farm;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.DependencyInjection;

/// <summary>Engines that share a session, as a package or an app adds them.</summary>
public class SharingTests
{
    private readonly SharedRoom.Door _door;
    private readonly SharedRoom _room = new(new FakeTimeProvider());

    public SharingTests() => _door = _room.Open();

    [Fact]
    public async Task An_engine_is_given_to_one_identity_with_all_its_parts()
    {
        await using var app = new TestApp(services: services => services.AddSxt(_ => { }).ShareSession(_ => Engine("orders:")));

        await app.StartAsync();

        Assert.StartsWith("orders:", Assert.Single(_room.Records).Key, StringComparison.Ordinal);
        Assert.Equal(1, _room.LockAttempts);
        Assert.Equal(SxtSessionMode.Owner, app.Session.Status.Mode);
    }

    [Fact]
    public async Task An_engine_is_made_when_the_identity_is_used_not_before_and_once()
    {
        var made = 0;
        await using var app = new TestApp(services: services => services.AddSxt(_ => { }).ShareSession(_ =>
        {
            made++;
            return Engine("sxt:");
        }));

        Assert.Equal(0, made);
        await app.StartAsync();
        Assert.Equal(1, made);
    }

    [Fact]
    public async Task Of_several_engines_the_first_one_counts()
    {
        await using var app = new TestApp(services: services =>
            services.AddSxt(_ => { }).ShareSession(_ => Engine("first:")).ShareSession(_ => Engine("second:")));

        await app.StartAsync();

        Assert.StartsWith("first:", Assert.Single(_room.Records).Key, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Services_of_the_app_are_used_too_whether_keyed_or_not(bool isKeyed)
    {
        await using var app = new TestApp(services: services =>
        {
            services.AddKeyedSingleton<ISxtSessionStore>(isKeyed ? "" : null, _door);
            services.AddKeyedSingleton<IDistributedLockProvider>(isKeyed ? "" : null, _door);
            services.AddKeyedSingleton<ISxtSessionNotices>(isKeyed ? "" : null, _door);
        });

        await app.StartAsync();

        Assert.StartsWith("sxt:", Assert.Single(_room.Records).Key, StringComparison.Ordinal);
        Assert.Equal(1, _room.LockAttempts);
    }

    private SxtSessionSharing Engine(string prefix) => new() { Store = _door, Lock = _door, Notices = _door, Prefix = prefix };
}
