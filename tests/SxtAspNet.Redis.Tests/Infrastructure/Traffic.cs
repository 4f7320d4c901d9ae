using System.Collections.Concurrent;
using System.Net;

namespace SxtAspNet.Redis.Tests.Infrastructure;

/// <summary>Requests from all instances, all the time; remembers what failed, and which generations were in use.</summary>
internal sealed class Traffic : IAsyncDisposable
{
    private readonly ConcurrentQueue<string> _failures = [];
    private readonly ConcurrentDictionary<Instance, ConcurrentDictionary<long, bool>> _generations = [];
    private readonly Task _running;
    private volatile bool _isStopping;

    private Traffic(IEnumerable<Instance> instances) =>
        _running = Task.WhenAll(instances.Select(instance => Task.Run(() => RunAsync(instance))));

    /// <summary>All generations that any instance used.</summary>
    public IReadOnlyCollection<long> Generations => [.. _generations.Values.SelectMany(seen => seen.Keys).Distinct().Order()];

    public static Traffic Start(Farm farm) => new([.. farm.Instances]);

    public IReadOnlyCollection<long> GenerationsOf(Instance instance) =>
        _generations.TryGetValue(instance, out var seen) ? [.. seen.Keys.Order()] : [];

    /// <summary>Ends it; not one request may have failed.</summary>
    public async Task StopAsync()
    {
        _isStopping = true;
        await _running;
        Assert.Empty(_failures);
    }

    public async ValueTask DisposeAsync()
    {
        _isStopping = true;
        await _running;
    }

    private async Task RunAsync(Instance instance)
    {
        while (!_isStopping)
        {
            try
            {
                using var response = await instance.QueryAsync();
                if (response.StatusCode != HttpStatusCode.OK)
                {
                    _failures.Enqueue($"{response.StatusCode} ({instance})");
                }
            }
            catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
            {
                _failures.Enqueue($"{exception.Message} ({instance})");
            }

            _generations.GetOrAdd(instance, static _ => new())[instance.Status.Generation] = true;
            await Task.Delay(10);
        }
    }
}
