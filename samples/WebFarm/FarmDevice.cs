using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using WebFarm.Processes;

namespace WebFarm;

/// <summary>
/// A SoftHSM token with the farm's key, and a seal: made as an operator makes them, with softhsm2-util and dotnet sxt. All files are in the
/// farm's own folder.
/// </summary>
internal sealed class FarmDevice(string folder)
{
    private const string TokenLabel = "web-farm";
    private const string KeyLabel = "sxt";

    private static readonly string? Module = Array.Find(
        ["/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so", "/opt/homebrew/lib/softhsm/libsofthsm2.so"], File.Exists);

    private readonly string _pinFile = Path.Combine(folder, "pin");
    private readonly string _sealFile = Path.Combine(folder, "seal");
    private readonly string _configuration = Path.Combine(folder, "softhsm2.conf");

    /// <summary>Whether SoftHSM 2 is on this machine.</summary>
    public static bool IsAvailable => Module is not null;

    /// <summary>What an instance is configured with.</summary>
    public IEnumerable<KeyValuePair<string, string>> Settings =>
    [
        new("SOFTHSM2_CONF", _configuration),
        new("Sxt__Keys__0__Pkcs11__Library", Module!),
        new("Sxt__Keys__0__Pkcs11__TokenLabel", TokenLabel),
        new("Sxt__Keys__0__Pkcs11__KeyLabel", KeyLabel),
        new("Sxt__Keys__0__Pkcs11__PinFile", _pinFile),
        new("Sxt__Seal__0__File", _sealFile),
    ];

    /// <summary>Makes the token, the key in it and the seal.</summary>
    /// <returns>The public key.</returns>
    /// <exception cref="InvalidOperationException">One of the programs failed.</exception>
    public async Task<byte[]> MakeAsync(CancellationToken cancellationToken)
    {
        var tokens = Directory.CreateDirectory(Path.Combine(folder, "tokens")).FullName;
        await File.WriteAllTextAsync(_configuration, $"directories.tokendir = {tokens}\nobjectstore.backend = file\nlog.level = ERROR\n", cancellationToken);
        var pin = RandomNumberGenerator.GetInt32(100_000_000).ToString("D8", CultureInfo.InvariantCulture);
        await PrivateFile.WriteAsync(_pinFile, pin, cancellationToken);

        // Arguments can be seen by others, but nobody else can enter the folder that the token is in.
        await RunAsync("softhsm2-util", "--init-token", "--free", "--label", TokenLabel, "--pin", pin, "--so-pin", pin);
        await SxtAsync("seal", "new", _sealFile);
        return Convert.FromBase64String(await SxtAsync(
            "key", "new", "--pkcs11", Module!, "--token-label", TokenLabel, "--key-label", KeyLabel, "--pin-file", _pinFile));

        Task<string> SxtAsync(params string[] arguments) => RunAsync("dotnet", [SampleFiles.AssemblyOf("SxtAspNet.Tool", "src"), .. arguments]);

        async Task<string> RunAsync(string program, params string[] arguments)
        {
            var startInfo = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
            startInfo.Environment["SOFTHSM2_CONF"] = _configuration;
            using var process = Process.Start(startInfo)!;
            var (output, error) = (process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode == 0 ? await output : throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {await error}");
        }
    }
}
