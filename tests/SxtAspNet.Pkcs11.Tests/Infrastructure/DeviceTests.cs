using System.Text;
using Microsoft.Extensions.Logging.Testing;

namespace SxtAspNet.Pkcs11.Tests.Infrastructure;

/// <summary>Tests with a token of their own, and a PIN file.</summary>
public abstract class DeviceTests : IDisposable
{
    protected const string Label = "sxt";

    private readonly string _folder = Directory.CreateTempSubdirectory("sxt-pin-").FullName;

    private protected DeviceTests()
    {
        Token = SoftHsm.MakeToken();
        WritePin(SoftHsm.Pin + "\n");
    }

    protected string Token { get; }

    protected string PinFile => Path.Combine(_folder, "pin");

    private protected FakeLogger Log { get; } = new();

    private protected static ReadOnlySpan<byte> Pin => Encoding.UTF8.GetBytes(SoftHsm.Pin);

    protected void WritePin(string content) => WritePin(Encoding.UTF8.GetBytes(content));

    protected void WritePin(byte[] content)
    {
        File.WriteAllBytes(PinFile, content);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(PinFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
    }

    protected SxtPkcs11KeyOptions Options(Action<SxtPkcs11KeyOptions>? change = null)
    {
        var options = new SxtPkcs11KeyOptions { Library = SoftHsm.Library, TokenLabel = Token, KeyLabel = Label, PinFile = PinFile };
        change?.Invoke(options);
        return options;
    }

    private protected Pkcs11KeySource Source(Action<SxtPkcs11KeyOptions>? change = null) => new(Options(change), requirePrivateFile: false, Log);

    protected byte[] MakeKey(Action<SxtPkcs11KeyOptions>? change = null) => DeviceKeyMaker.Make(DeviceKey.From(Options(change)), Pin);

    private protected static async Task<SxtSigningKey> OpenAsync(Pkcs11KeySource source) =>
        (SxtSigningKey)await source.OpenAsync(TestContext.Current.CancellationToken);

    private protected static async Task<string> FailureOfAsync(Pkcs11KeySource source)
    {
        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(async () =>
        {
            using var key = await OpenAsync(source);
            await key.SignAsync("challenge"u8.ToArray(), TestContext.Current.CancellationToken);
        });
        Assert.Equal(SxtFailureReason.KeyUnavailable, failure.Reason);
        Assert.DoesNotContain(SoftHsm.Pin, failure.ToString(), StringComparison.Ordinal);
        return failure.Message;
    }

    public void Dispose()
    {
        Directory.Delete(_folder, recursive: true);
        GC.SuppressFinalize(this);
    }
}
