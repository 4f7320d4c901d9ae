namespace SxtAspNet;

/// <summary>Key entries in PKCS#11 devices that are set in code.</summary>
public static class SxtPkcs11KeyOptionsExtensions
{
    extension(SxtKeyOptions entry)
    {
        /// <summary>A key in a PKCS#11 device; <c>AddSxt(…).AddPkcs11()</c> opens it.</summary>
        public SxtPkcs11KeyOptions? Pkcs11
        {
            get => entry.GetKind<SxtPkcs11KeyOptions>();
            set => entry.SetKind(value);
        }
    }
}
