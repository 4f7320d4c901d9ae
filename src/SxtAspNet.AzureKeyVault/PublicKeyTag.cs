using Azure.Security.KeyVault.Secrets;

namespace SxtAspNet.AzureKeyVault;

/// <summary>
/// The tag that may state the public key of a secret: a guard against the wrong secret, and a way to see in the portal which
/// key of the keyring it is.
/// </summary>
internal static class PublicKeyTag
{
    public const string Name = "sxt-public-key";

    /// <returns><see langword="null"/> when there is no tag, or it states this key.</returns>
    public static string? Problem(SecretProperties secret, SxtCredential key)
    {
        if (!secret.Tags.TryGetValue(Name, out var tag))
        {
            return null;
        }

        if (key is not SxtSigningKey { PublicKey.Span: var publicKey })
        {
            return $"has a tag {Name}, but holds an API key, which has no public key. Store the right key, or remove the tag.";
        }

        // What the tag says is never quoted: somebody may have put the private key there, which looks the same.
        var stated = Decode(tag.Trim());
        if (stated?.Length != SxtSigningKey.PublicKeySize)
        {
            return $"has a tag {Name} that is no public key. Set it to {Convert.ToBase64String(publicKey)}, or remove it.";
        }

        return stated.AsSpan().SequenceEqual(publicKey)
            ? null
            : $"does not hold the key whose public key its tag {Name} states, but that with the public key "
                + $"{Convert.ToBase64String(publicKey)}. Store the right key, or correct the tag.";
    }

    /// <summary>Base64 or hex, as people copy public keys.</summary>
    private static byte[]? Decode(string text)
    {
        try
        {
            return text.Length == 2 * SxtSigningKey.PublicKeySize ? Convert.FromHexString(text) : Convert.FromBase64String(text);
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
