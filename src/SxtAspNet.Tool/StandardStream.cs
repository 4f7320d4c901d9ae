using System.Runtime.InteropServices;

namespace SxtAspNet.Tool;

/// <summary>
/// Stdout or stderr by write(2). The console's own stream drops what nobody reads any more without a word, and a key whose
/// public half went that way is a key that nobody saw.
/// </summary>
internal sealed partial class StandardStream : Stream
{
    private const int Output = 1;
    private const int Error = 2;

    /// <summary>EINTR, the same number on every Unix.</summary>
    private const int Interrupted = 4;

    /// <summary>EAGAIN, on Linux and elsewhere: a pipe that does not block, and is full at the moment.</summary>
    private static readonly int Full = OperatingSystem.IsLinux() ? 11 : 35;

    private static readonly TimeSpan PauseWhenFull = TimeSpan.FromMilliseconds(10);

    private readonly int _descriptor;

    /// <summary>Windows has no descriptors, and its console streams throw.</summary>
    private readonly Stream? _console;

    private StandardStream(int descriptor)
    {
        _descriptor = descriptor;
        _console = !OperatingSystem.IsWindows() ? null
            : descriptor == Output ? Console.OpenStandardOutput()
            : Console.OpenStandardError();
    }

    /// <summary>Stdout. What can't be written is an <see cref="OutputException"/>.</summary>
    public static TextWriter OpenOutput() => Open(Output);

    /// <summary>Stderr. What can't be written there can't be told anywhere, so it is dropped.</summary>
    public static TextWriter OpenError() => Open(Error);

    private static StreamWriter Open(int descriptor) => new(new StandardStream(descriptor)) { AutoFlush = true };

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        if (_console is null)
        {
            WriteAll(buffer);
            return;
        }

        try
        {
            _console.Write(buffer);
        }
        catch (IOException failure)
        {
            Fail(failure.Message);
        }
    }

    private void WriteAll(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var written = Write(_descriptor, buffer, buffer.Length);
            if (written >= 0)
            {
                buffer = buffer[(int)written..];
                continue;
            }

            var error = Marshal.GetLastPInvokeError();
            if (error == Full)
            {
                Thread.Sleep(PauseWhenFull);
            }
            else if (error != Interrupted)
            {
                Fail(Marshal.GetPInvokeErrorMessage(error));
                return;
            }
        }
    }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    private void Fail(string problem)
    {
        if (_descriptor == Output)
        {
            throw new OutputException($"The output can't be written to stdout ({problem}).");
        }
    }

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int descriptor, ReadOnlySpan<byte> buffer, nint count);
}
