using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace SxtAspNet.Testing.Fronts;

/// <summary>Makes the certificates of a gateway over https.</summary>
internal static class FrontCertificate
{
    /// <summary>Makes one, with its private key.</summary>
    public static X509Certificate2 Create(SxtGatewayCertificate kind)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=Space and Time gateway emulator", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        if (kind == SxtGatewayCertificate.OtherName)
        {
            names.AddDnsName("elsewhere.test");
        }
        else
        {
            names.AddIpAddress(IPAddress.Loopback);
            names.AddDnsName("localhost");
        }

        request.CertificateExtensions.Add(names.Build());

        // The system's clock, not the emulator's: it is the one by which clients judge certificates.
        DateTimeOffset end = DateTimeOffset.UtcNow.AddDays(kind == SxtGatewayCertificate.Expired ? -1 : 1);
        using X509Certificate2 certificate = request.CreateSelfSigned(end.AddDays(-2), end);

        // On Windows, TLS takes no key that lives in memory only.
        byte[] file = certificate.Export(X509ContentType.Pkcs12);
        return X509CertificateLoader.LoadPkcs12(file, password: null);
    }
}
