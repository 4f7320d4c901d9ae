using System.CommandLine;
using System.Security.Cryptography;
using SxtAspNet.AzureKeyVault;

namespace SxtAspNet.Tool.Commands;

/// <summary>
/// dotnet sxt key wrap FILE NEW. It needs the RSA key's public half only, so nothing leaves the machine and nobody signs in.
/// </summary>
internal static class KeyWrapCommand
{
    public static Command Create()
    {
        var file = Inputs.File("FILE", "The key file to wrap, in any of the accepted forms.");
        var wrapped = Inputs.File("NEW", "The file to create, for its owner only. An existing one is never overwritten.");
        var passwordFile = Inputs.PasswordFile(Wording.PasswordFile, "A file with the password of an encrypted key.");
        var vault = new Option<string>("--vault") { Description = "The vault, for example https://contoso.vault.azure.net.", HelpName = "URL", Required = true };
        var key = Name("--key", "The name of the RSA key in the vault.", "NAME");
        var version = Name("--version", "The version of the RSA key.", "VERSION");
        var publicKey = Inputs.RequiredFile("--public-key", "The public half of that version, in PEM ('az keyvault key download --encoding PEM').");
        var command = new Command("wrap", "Encrypts a key by an RSA key in Azure Key Vault, which alone can open it (UnwrapWith), and prints its public key.")
        {
            file, wrapped, passwordFile, vault, key, version, publicKey,
        };
        vault.Validators.Add(result =>
        {
            if (!Uri.TryCreate(result.Tokens is [{ Value: var text }] ? text : "", UriKind.Absolute, out var uri)
                || uri.Scheme != Uri.UriSchemeHttps || uri.PathAndQuery != "/")
            {
                result.AddError("--vault must be the vault's https URL, for example https://contoso.vault.azure.net.");
            }
        });
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var input = new KeyFileInput(parsed.GetRequiredValue(file), parsed.GetValue(passwordFile), Wording.PasswordFile);
            using var opened = await input.OpenAsync(new SxtOptions().KeyTimeout, parsed.InvocationConfiguration.Error, cancellationToken)
                .ConfigureAwait(false);
            using var rsa = ReadPublicKey(parsed.GetRequiredValue(publicKey));
            using var seed = opened.ExportSeed();
            var content = new WrappedKey(
                new Uri(parsed.GetRequiredValue(vault)),
                parsed.GetRequiredValue(key),
                parsed.GetRequiredValue(version),
                WrappedKey.OaepSha256,
                opened.PublicKey.ToArray(),
                rsa.Encrypt(seed.Span, RSAEncryptionPadding.OaepSHA256));
            var path = Path.GetFullPath(parsed.GetRequiredValue(wrapped));
            NewFile.Write(path, content.ToJson(), cancellationToken);
            await PublicKeyOutput.WriteAsync(
                parsed.InvocationConfiguration.Output, opened.PublicKeyText, $"The wrapped key is in '{path}', and its public key is {opened.PublicKeyText}.").ConfigureAwait(false);
            return ExitCode.Success;
        });
        return command;
    }

    private static Option<string> Name(string name, string description, string helpName)
    {
        var option = new Option<string>(name) { Description = description, HelpName = helpName, Required = true };
        option.Validators.Add(result =>
        {
            if (result.Tokens is not [{ Value: var value }] || !VaultNames.IsName(value))
            {
                result.AddError($"{name} must be a name in Key Vault: letters, digits and hyphens.");
            }
        });
        return option;
    }

    private static RSA ReadPublicKey(string path)
    {
        var rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(File.ReadAllText(path));
            return rsa.KeySize >= 2048 ? rsa : throw new ToolException($"The RSA key in '{path}' has {rsa.KeySize} bits; use one with 2048 at least.");
        }
        catch (Exception failure) when (failure is ArgumentException or CryptographicException or IOException or UnauthorizedAccessException)
        {
            rsa.Dispose();
            throw new ToolException($"The file '{path}' holds no RSA public key in PEM that can be read; download it with 'az keyvault key download --encoding PEM'.", failure);
        }
    }
}
