using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace SxtAspNet.DependencyInjection;

/// <summary>Removes what a second registration of the same name added twice.</summary>
internal sealed class PostConfigureSxtOptions(IServiceProvider provider) : IPostConfigureOptions<SxtOptions>
{
    public void PostConfigure(string? name, SxtOptions options)
    {
        if (provider.GetKeyedService<KeyKinds>(name) is { } kinds)
        {
            Deduplicate(options.Keys, key => (kinds.Entry.Identify(key), key.Source));
            Deduplicate(options.Seal, seal => (kinds.Entry.Identify(seal), seal.Source));
            Deduplicate(options.AllowedOrigins, origin => origin);
            Deduplicate(options.ConfigurationProblems, problem => problem);
        }
    }

    private static void Deduplicate<T, TIdentity>(IList<T> list, Func<T, TIdentity> identity)
    {
        T[] distinct = [.. list.Where(item => item is not null).DistinctBy(identity)];
        list.Clear();
        foreach (var item in distinct)
        {
            list.Add(item);
        }
    }
}
