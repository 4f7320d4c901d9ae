namespace SxtAspNet.Testing;

/// <summary>
/// The certificate of a gateway over https. Each is made when the gateway starts, and signed by itself, so no client trusts it
/// that was not told to (<see cref="SxtGatewayEmulator.Certificate"/>).
/// </summary>
public enum SxtGatewayCertificate
{
    /// <summary>Of the gateway's own address and valid for a day.</summary>
    Valid,

    /// <summary>Of the gateway's own address and expired since yesterday.</summary>
    Expired,

    /// <summary>Of another name (elsewhere.test) and valid for a day.</summary>
    OtherName,
}
