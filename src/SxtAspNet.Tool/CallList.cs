using System.Globalization;
using System.Text.RegularExpressions;
using System.Threading.Channels;
using SxtAspNet.Testing;

namespace SxtAspNet.Tool;

/// <summary>Prints where an emulator is, and then a line for each call that reached it.</summary>
internal static partial class CallList
{
    /// <summary>Prints until it is told to stop, which is no failure.</summary>
    /// <exception cref="OutputException">Nobody reads the lines any more.</exception>
    public static async Task PrintAsync(SxtGatewayEmulator gateway, TextWriter output, CancellationToken cancellationToken)
    {
        var calls = Channel.CreateUnbounded<SxtGatewayCall>(new UnboundedChannelOptions { SingleReader = true });
        gateway.Calls.Completed += call => calls.Writer.TryWrite(call);
        await output.WriteLineAsync($"gateway: {gateway.BaseAddress}").ConfigureAwait(false);
        try
        {
            await foreach (var call in calls.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                await output.WriteLineAsync(Describe(call)).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // That is how it ends.
        }
    }

    /// <summary>Path and user are the caller's words: nothing in them may steer a terminal or begin another line.</summary>
    private static string Describe(SxtGatewayCall call)
    {
        var outcome = call.Status?.ToString(CultureInfo.InvariantCulture) ?? "no answer";
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"{call.At.UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'} {call.Method} {call.Path} {outcome}{(call.UserId is { } user ? $" {user}" : "")}");
        return Unprintable().Replace(line, "?");
    }

    [GeneratedRegex(@"[\p{C}\p{Zl}\p{Zp}]")]
    private static partial Regex Unprintable();
}
