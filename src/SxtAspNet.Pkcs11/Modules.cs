using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.InteropServices;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace SxtAspNet.Pkcs11;

/// <summary>
/// The PKCS#11 modules that this process has loaded. A module is initialised once per process, whoever uses it, and stays: to finalise
/// it would end the sessions of everybody else. Where other code does that, it is loaded once more.
/// </summary>
internal static class Modules
{
    private static readonly ConcurrentDictionary<string, Lazy<IPkcs11Library>> Loaded = new(StringComparer.Ordinal);

    static Modules()
    {
        try
        {
            NativeLibrary.SetDllImportResolver(typeof(Pkcs11InteropFactories).Assembly, ResolveLibdl);
        }
        catch (InvalidOperationException)
        {
            // The app has set one of its own.
        }
    }

    public static Pkcs11InteropFactories Factories { get; } = new();

    /// <exception cref="Exception">Whatever the loader or the module says. The next call tries again.</exception>
    public static IPkcs11Library Get(string library)
    {
        var loading = Loaded.GetOrAdd(library, path => new Lazy<IPkcs11Library>(() => Factories.Pkcs11LibraryFactory.LoadPkcs11Library(Factories, path, AppType.MultiThreaded)));
        try
        {
            return loading.Value;
        }
        catch
        {
            // A module may be there, or its device be ready, at the next login.
            Loaded.TryRemove(KeyValuePair.Create(library, loading));
            throw;
        }
    }

    /// <summary>Loads a module once more, after other code in this process has finalised it.</summary>
    /// <param name="library">Its path.</param>
    /// <param name="finalised">What <see cref="Get"/> gave. Where that has been replaced since, the other one is good.</param>
    /// <exception cref="Exception">As from <see cref="Get"/>.</exception>
    public static IPkcs11Library GetAgain(string library, IPkcs11Library finalised)
    {
        if (Loaded.TryGetValue(library, out var known) && Is(known, finalised))
        {
            // Not disposed: that would finalise the module for those who have initialised it since.
            Loaded.TryRemove(KeyValuePair.Create(library, known));
        }

        return Get(library);
    }

    /// <summary>Whether a module has not been loaded once more since: if it has, all sessions from before are gone.</summary>
    public static bool IsCurrent(string library, IPkcs11Library module) => Loaded.TryGetValue(library, out var known) && Is(known, module);

    private static bool Is(Lazy<IPkcs11Library> known, IPkcs11Library module) => known.IsValueCreated && known.Value == module;

    /// <summary>Linux has libdl.so only where compilers are; programs use libdl.so.2.</summary>
    private static nint ResolveLibdl(string name, Assembly assembly, DllImportSearchPath? path) =>
        name == "libdl" && OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libdl.so.2", out var handle) ? handle : 0;
}
