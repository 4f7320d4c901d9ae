using System.Buffers;
using System.Buffers.Text;
using System.Net.Mime;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;

namespace SxtAspNet.AzureKeyVault;

/// <summary>Key Vault's operation "unwrap key" (Azure's REST reference, "Unwrap Key").</summary>
internal sealed class UnwrapClient(HttpPipeline pipeline)
{
    private const string ApiVersion = "7.4";

    /// <exception cref="Exception">Whatever Azure's client throws.</exception>
    public async Task<SecretBuffer<byte>> UnwrapAsync(VaultKey key, byte[] wrapped, CancellationToken cancellationToken)
    {
        using var message = pipeline.CreateMessage();
        var request = message.Request;
        request.Method = RequestMethod.Post;
        request.Uri.Reset(new Uri(key.VaultUri, $"/keys/{key.Name}/{key.Version}/unwrapkey?api-version={ApiVersion}"));
        request.Headers.Add(HttpHeader.Common.JsonAccept);
        request.Headers.Add(HttpHeader.Names.ContentType, MediaTypeNames.Application.Json);
        request.Content = RequestContent.Create(JsonSerializer.SerializeToUtf8Bytes(
            new UnwrapRequest(WrappedKey.OaepSha256, Base64Url.EncodeToString(wrapped)), VaultJson.Default.UnwrapRequest));
        await pipeline.SendAsync(message, cancellationToken).ConfigureAwait(false);
        return message.Response.Status == 200 ? ReadSeed(message.Response.Content.ToMemory()) : throw new RequestFailedException(message.Response);
    }

    private static SecretBuffer<byte> ReadSeed(ReadOnlyMemory<byte> answer)
    {
        try
        {
            var reader = new Utf8JsonReader(answer.Span);
            while (reader.Read())
            {
                if (reader.CurrentDepth == 1 && reader.TokenType is JsonTokenType.PropertyName && reader.ValueTextEquals("value"u8))
                {
                    reader.Read();
                    return Decode(reader.ValueSpan);
                }
            }
        }
        finally
        {
            // The last copy of the seed that is not the caller's.
            CryptographicOperations.ZeroMemory(MemoryMarshal.AsMemory(answer).Span);
        }

        throw new JsonException();
    }

    private static SecretBuffer<byte> Decode(ReadOnlySpan<byte> text)
    {
        var seed = new SecretBuffer<byte>(Base64Url.GetMaxDecodedLength(text.Length));
        if (Base64Url.DecodeFromUtf8(text, seed.Span, out _, out var written) is OperationStatus.Done)
        {
            seed.Truncate(written);
            return seed;
        }

        seed.Dispose();
        throw new JsonException();
    }
}
