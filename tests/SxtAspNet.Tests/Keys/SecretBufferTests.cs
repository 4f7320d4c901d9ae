namespace SxtAspNet.Tests.Keys;

public sealed class SecretBufferTests
{
    [Fact]
    public void Disposing_clears_the_memory()
    {
        var buffer = new SecretBuffer<byte>(16);
        Span<byte> memory = buffer.Span;
        memory.Fill(0xA5);

        buffer.Dispose();

        Assert.False(memory.ContainsAnyExcept((byte)0));
    }

    [Fact]
    public void Disposing_clears_what_was_cut_off_too()
    {
        var buffer = new SecretBuffer<char>(16);
        Span<char> memory = buffer.Span;
        memory.Fill('x');
        buffer.Truncate(4);

        Assert.Equal(4, buffer.Span.Length);
        buffer.Dispose();

        Assert.False(memory.ContainsAnyExcept('\0'));
    }
}
