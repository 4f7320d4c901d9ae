using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SxtAspNet.AzureKeyVault.Tests.Infrastructure;

/// <summary>A certificate for vaults, signed by itself, that no machine trusts.</summary>
internal sealed class VaultCertificate : IDisposable
{
    public VaultCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=*.vault.azure.net", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("*.vault.azure.net");
        request.CertificateExtensions.Add(names.Build());
        Certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    public X509Certificate2 Certificate { get; }

    public bool IsTrusted(X509Certificate? shown) =>
        shown is not null && shown.GetRawCertData().AsSpan().SequenceEqual(Certificate.RawData);

    public void Dispose() => Certificate.Dispose();
}
