namespace SxtAspNet.Tool;

/// <summary>Prints a public key, alone on its line for scripts.</summary>
internal static class PublicKeyOutput
{
    /// <param name="output">Stdout.</param>
    /// <param name="publicKey">The key in base64.</param>
    /// <param name="done">What was done all the same, for a caller who does not see the key.</param>
    /// <exception cref="OutputException">It can't be printed; the message ends with <paramref name="done"/>.</exception>
    public static async Task WriteAsync(TextWriter output, string publicKey, string done)
    {
        try
        {
            await output.WriteLineAsync(publicKey).ConfigureAwait(false);
        }
        catch (OutputException failure)
        {
            throw new OutputException($"{failure.Message} {done}", failure);
        }
    }
}
