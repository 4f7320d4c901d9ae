using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.DependencyInjection;

namespace SxtAspNet.Testing.Farm.Tests;

/// <summary>A farm in a test shares its session without the secrets of the one in production.</summary>
public sealed class SealTests
{
    [Fact]
    public async Task A_seal_of_the_settings_is_not_opened()
    {
        await using var farm = SampleFarm.Create(configure: static host => host.UseSetting("Sxt:Seal:0:File", "/run/secrets/not-in-the-test"));
        await farm.StartAsync();

        await farm.ShouldAnswerAsync("/blocks");

        farm.ShouldShareOneSession();
    }

    [Fact]
    public async Task Keys_and_seals_that_code_adds_are_not_opened()
    {
        var production = new Production();
        await using var farm = SampleFarm.Create(configure: host => host.ConfigureServices(services =>
        {
            services.AddSxt(static _ => { }).AddKeySource(_ => production).AddSealSource(_ => production);
        }));
        await farm.StartAsync();

        await farm.ShouldAnswerAsync("/blocks");

        farm.ShouldShareOneSession();
        Assert.Equal(0, production.Calls);
    }

    [Fact]
    public async Task Data_Protection_seals_by_a_ring_that_the_instances_share_in_memory()
    {
        var production = new Production();
        await using var farm = SampleFarm.Create(configure: host => host.ConfigureServices(services =>
        {
            services.AddSxt(static _ => { }).UseDataProtection();
            services.Configure<KeyManagementOptions>(ring => ring.XmlRepository = production);
        }));
        await farm.StartAsync();

        await farm.ShouldAnswerAsync("/blocks");

        farm.ShouldShareOneSession();
    }

    /// <summary>Places that a test can't reach.</summary>
    private sealed class Production : ISxtKeySource, ISxtSealSource, IXmlRepository
    {
        private int _calls;

        public int Calls => _calls;

        public ValueTask<SxtCredential> OpenAsync(CancellationToken cancellationToken) => throw Refuse();

        public ValueTask<SxtSealSecret> OpenSealAsync(CancellationToken cancellationToken) => throw Refuse();

        public IReadOnlyCollection<XElement> GetAllElements() => throw Refuse();

        public void StoreElement(XElement element, string friendlyName) => throw Refuse();

        private SxtAuthenticationException Refuse()
        {
            Interlocked.Increment(ref _calls);
            return new SxtAuthenticationException(SxtFailureReason.KeyUnavailable, "Not in the test.");
        }
    }
}
