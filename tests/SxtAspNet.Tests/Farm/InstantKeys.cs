using Microsoft.Extensions.DependencyInjection;
using SxtAspNet.Keys;

namespace SxtAspNet.Tests.Farm;

/// <summary>
/// Makes reading a key take no virtual time: a real file is read, a real server asked, while the test's clock stands still. So a
/// farm stays on one thread.
/// </summary>
internal static class InstantKeys
{
    public static void OpenKeysInstantly(this IServiceCollection services)
    {
        foreach (var service in services.Where(service => service.ServiceType == typeof(IKeySourceFactory)).ToArray())
        {
            services.Remove(service);
            services.Add(service.IsKeyedService
                ? ServiceDescriptor.KeyedSingleton<IKeySourceFactory>(service.ServiceKey, (provider, key) =>
                    new Factory((IKeySourceFactory)service.KeyedImplementationFactory!(provider, key)))
                : ServiceDescriptor.Singleton<IKeySourceFactory>(provider =>
                    new Factory((IKeySourceFactory)service.ImplementationFactory!(provider))));
        }
    }

    /// <summary>Waits on a thread of the pool, so that what is opened may use the calling one for nothing.</summary>
    private static ValueTask<T> Instantly<T>(Func<ValueTask<T>> open)
    {
        var opening = Task.Run(async () => await open(), TestContext.Current.CancellationToken);
        try
        {
            return ValueTask.FromResult(opening.GetAwaiter().GetResult());
        }
        catch (Exception failure)
        {
            return ValueTask.FromException<T>(failure);
        }
    }

    private sealed class Factory(IKeySourceFactory inner) : IKeySourceFactory
    {
        public bool Handles(SxtKeyOptions entry) => inner.Handles(entry);

        public ISxtKeySource Create(SxtKeyOptions entry) => inner.Create(entry) is var source && source is ISxtKeyHistory history
            ? new SourceWithHistory(source, history)
            : new Source(source);
    }

    private class Source(ISxtKeySource inner) : ISxtKeySource
    {
        public ValueTask<SxtCredential> OpenAsync(CancellationToken cancellationToken) =>
            Instantly(() => inner.OpenAsync(cancellationToken));

        public override string ToString() => inner.ToString()!;
    }

    private sealed class SourceWithHistory(ISxtKeySource inner, ISxtKeyHistory history) : Source(inner), ISxtKeyHistory
    {
        public ValueTask<SxtCredential?> OpenPreviousAsync(CancellationToken cancellationToken) =>
            Instantly(() => history.OpenPreviousAsync(cancellationToken));
    }
}
