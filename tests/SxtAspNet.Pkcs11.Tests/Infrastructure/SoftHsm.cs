using System.Runtime.InteropServices;
using Net.Pkcs11Interop.Common;
using Net.Pkcs11Interop.HighLevelAPI;

namespace SxtAspNet.Pkcs11.Tests.Infrastructure;

/// <summary>SoftHSM 2, with a folder of tokens of this test run's own. The module lives as long as the process, and so does the folder's path.</summary>
internal static partial class SoftHsm
{
    public const string Pin = "482913";

    private const string SecurityOfficerPin = "71264539";

    private static readonly string[] Places =
    [
        "/usr/lib/softhsm/libsofthsm2.so",
        "/usr/lib64/softhsm/libsofthsm2.so",
        "/usr/lib64/pkcs11/libsofthsm2.so",
        "/usr/local/lib/softhsm/libsofthsm2.so",
        "/opt/homebrew/lib/softhsm/libsofthsm2.so",
    ];

    private static readonly Lock Gate = new();

    public static string Folder { get; } = Directory.CreateTempSubdirectory("sxt-softhsm-").FullName;

    public static string Library { get; } = Array.Find(Places, File.Exists) ?? "";

    private static Lazy<IPkcs11Library> Loaded { get; } = new(Load);

    public static void SkipWhereMissing() => Assert.SkipUnless(Library.Length > 0, "SoftHSM 2 is not installed (Debian: softhsm2).");

    /// <summary>Makes a token with a label of its own.</summary>
    public static string MakeToken()
    {
        SkipWhereMissing();
        lock (Gate)
        {
            var label = "t" + Guid.NewGuid().ToString("N")[..12];
            var slot = Loaded.Value.GetSlotList(SlotsType.WithTokenPresent).Find(slot => !slot.GetTokenInfo().TokenFlags.TokenInitialized)!;
            slot.InitToken(SecurityOfficerPin, label);
            using var session = slot.OpenSession(SessionType.ReadWrite);
            session.Login(CKU.CKU_SO, SecurityOfficerPin);
            session.InitPin(Pin);
            session.Logout();
            return label;
        }
    }

    public static ISlot SlotOf(string label) =>
        Loaded.Value.GetSlotList(SlotsType.WithTokenPresent).Find(slot => slot.GetTokenInfo().Label.TrimEnd() == label)!;

    /// <summary>Whether this process is logged in to a token: it is as long as any session in which it logged in, or that was opened since, is open.</summary>
    public static bool IsLoggedIn(string label)
    {
        using var session = SlotOf(label).OpenSession(SessionType.ReadOnly);
        return session.GetSessionInfo().State is CKS.CKS_RO_USER_FUNCTIONS;
    }

    /// <summary>Works with a token as its user, as another program would.</summary>
    public static T Use<T>(string label, Func<ISession, T> call)
    {
        using var session = SlotOf(label).OpenSession(SessionType.ReadWrite);
        session.Login(CKU.CKU_USER, Pin);
        return call(session);
    }

    private static IPkcs11Library Load()
    {
        var configuration = Path.Combine(Folder, "softhsm2.conf");
        var tokens = Directory.CreateDirectory(Path.Combine(Folder, "tokens")).FullName;
        File.WriteAllText(configuration, $"directories.tokendir = {tokens}\nobjectstore.backend = file\nlog.level = ERROR\n");

        // The module reads the process's own environment, which .NET keeps a copy of.
        Assert.Equal(0, SetEnvironment("SOFTHSM2_CONF", configuration, 1));
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(Folder, recursive: true);
        return Modules.Get(Library);
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
