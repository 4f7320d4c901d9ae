using System.Runtime.Versioning;
using Microsoft.Extensions.DependencyInjection;
using SxtAspNet.Keys;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Farm;

/// <summary>A farm under traffic whose key files change, at another moment on each machine, as Kubernetes changes them.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class KeyFileRotationTests : IAsyncDisposable
{
    private static readonly TimeSpan OneRenewal = TimeSpan.FromMinutes(21);

    private readonly TestKeySource _old = new();
    private readonly TestKeySource _new = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("sxt-rotation-");
    private readonly TestFarm _farm = new(0);

    public async ValueTask DisposeAsync()
    {
        await _farm.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task A_swapped_link_is_seen_at_the_next_renewal_without_a_restart()
    {
        var mounts = await StartAsync(4);
        await _farm.PassWithTrafficAsync(TimeSpan.FromMinutes(5));
        Assert.Equal(IdOf(_old), SealedWith());

        AllowNew();
        mounts.ForEach(mount => mount.Swap(_new));
        await _farm.PassWithTrafficAsync(OneRenewal);

        Assert.Equal(IdOf(_new), SealedWith());
        AssertAllShareOneSession();
        Assert.Equal(1, _farm.Logins);
    }

    [Fact]
    public async Task A_file_that_is_written_anew_is_seen_at_the_next_renewal()
    {
        var mounts = await StartAsync(2);
        AllowNew();
        mounts.ForEach(mount => mount.Write(_new));

        await _farm.PassWithTrafficAsync(OneRenewal);

        Assert.Equal(IdOf(_new), SealedWith());
        AssertAllShareOneSession();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Half_of_the_farm_on_each_key_fails_no_request_and_shares_again_within_one_renewal(bool isOwnerFirst)
    {
        var mounts = await StartAsync(6);
        await _farm.PassWithTrafficAsync(TimeSpan.FromMinutes(5));
        AllowNew();
        var owner = _farm.Instances.IndexOf(_farm.Owner);
        var order = Enumerable.Range(0, 6).OrderBy(index => (index == owner) != isOwnerFirst).ToArray();
        foreach (var index in order[..3])
        {
            mounts[index].Swap(_new);
        }

        // Over a renewal, so that both keys are in use.
        await _farm.PassWithTrafficAsync(TimeSpan.FromMinutes(17));
        foreach (var index in order[3..])
        {
            mounts[index].Swap(_new);
        }

        await _farm.PassWithTrafficAsync(OneRenewal);

        Assert.Equal(IdOf(_new), SealedWith());
        AssertAllShareOneSession();
        Assert.Equal(0, _farm.Gateway.Calls.ReusedRefreshTokens);
    }

    [Fact]
    public async Task With_the_next_key_configured_beside_the_present_one_half_and_half_shares_all_the_time()
    {
        AllowNew();
        for (var i = 0; i < 6; i++)
        {
            var (first, second) = i % 2 == 0 ? (_old, _new) : (_new, _old);
            await AddAsync(new Mount(_folder, first), new Mount(_folder, second));
        }

        for (var minutes = 0; minutes < 60; minutes += 5)
        {
            await _farm.PassWithTrafficAsync(TimeSpan.FromMinutes(5));
            AssertAllShareOneSession();
        }

        Assert.Equal(1, _farm.Logins);
    }

    [Fact]
    public async Task A_login_takes_the_key_that_the_file_holds_then()
    {
        var mounts = await StartAsync(1);
        AllowNew();
        mounts[0].Swap(_new);
        _farm.Gateway.RemoveKey(TestFarm.User, _old.PublicKey);

        await _farm.PassWithTrafficAsync(TimeSpan.FromHours(25), TimeSpan.FromSeconds(30));

        Assert.Equal(2, _farm.Logins);
    }

    private async Task<List<Mount>> StartAsync(int instances)
    {
        _farm.Gateway.AddUser(TestFarm.User, _old.PublicKey);
        List<Mount> mounts = [];
        for (var i = 0; i < instances; i++)
        {
            mounts.Add(new Mount(_folder, _old));
            await AddAsync(mounts[^1]);
        }

        return mounts;
    }

    private Task AddAsync(params Mount[] mounts) => _farm.Add(services: services =>
    {
        services.PostConfigureAll<SxtOptions>(options =>
        {
            options.Keys.Clear();
            foreach (var mount in mounts)
            {
                options.Keys.Add(new() { File = mount.KeyFile });
            }
        });
        services.OpenKeysInstantly();
    }).StartAsync();

    private void AllowNew() => _farm.Gateway.AddUser(TestFarm.User, _old.PublicKey, _new.PublicKey);

    private void AssertAllShareOneSession()
    {
        _farm.AssertOneSession();
        Assert.DoesNotContain(_farm.Instances, instance => instance.Status.Mode == SxtSessionMode.Private);
        Assert.All(_farm.Instances, instance => Assert.Equal(SxtSessionState.Active, instance.Status.State));
    }

    private string SealedWith() => Convert.ToHexString(
        Assert.Single(_farm.Room.Records, record => !record.Key.EndsWith(":note", StringComparison.Ordinal)).Value.AsSpan(1, SealKey.IdSize));

    private static string IdOf(TestKeySource source)
    {
        using var signingKey = source.Create();
        using var sealKey = SealKey.Derive(signingKey)!;
        return Convert.ToHexString(sealKey.Id);
    }

    /// <summary>A secret's volume as the kubelet lays it out: the path leads through the link "..data", which it replaces.</summary>
    private sealed class Mount
    {
        private readonly DirectoryInfo _folder;

        public Mount(DirectoryInfo parent, TestKeySource key)
        {
            _folder = parent.CreateSubdirectory(Guid.NewGuid().ToString("N"));
            File.CreateSymbolicLink(KeyFile, "..data/sxt.key");
            Swap(key);
        }

        public string KeyFile => Path.Combine(_folder.FullName, "sxt.key");

        public void Swap(TestKeySource key)
        {
            var version = _folder.CreateSubdirectory($"..{Guid.NewGuid():N}");
            Write(Path.Combine(version.FullName, "sxt.key"), key);
            var data = Path.Combine(_folder.FullName, "..data");
            File.Delete(data);
            File.CreateSymbolicLink(data, version.Name);
        }

        public void Write(TestKeySource key) => Write(KeyFile, key);

        private static void Write(string path, TestKeySource key)
        {
            File.WriteAllText(path, Convert.ToBase64String(key.Seed));
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }
}
