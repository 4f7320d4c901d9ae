using System.Net.Http.Json;
using SxtAspNet.Outbound;

namespace SxtAspNet.Tests.Outbound;

public class ReplayableContentTests
{
    private static readonly Dictionary<string, Func<HttpContent?>> Replayable = new()
    {
        ["none"] = () => null,
        ["bytes"] = () => new ByteArrayContent([1]),
        ["text"] = () => new StringContent("text"),
        ["a form"] = () => new FormUrlEncodedContent([new("a", "b")]),
        ["memory"] = () => new ReadOnlyMemoryContent(new byte[] { 1 }),
        ["JSON of an object"] = () => JsonContent.Create(new { a = 1 }),
        ["JSON of null"] = () => JsonContent.Create<object?>(null),
        ["JSON of a list"] = () => JsonContent.Create(new List<int> { 1 }),
        ["multipart of text and bytes"] = () => new MultipartContent { new StringContent("a"), new ByteArrayContent([1]) },
        ["a multipart form of text"] = () => new MultipartFormDataContent { { new StringContent("a"), "name" } },
        ["nested multipart of text"] = () => new MultipartContent { new MultipartContent { new StringContent("a") } },
        ["empty multipart"] = () => new MultipartContent(),
    };

    private static readonly Dictionary<string, Func<HttpContent?>> NotReplayable = new()
    {
        ["a stream"] = () => new StreamContent(new MemoryStream()),
        ["a type derived from bytes"] = () => new DerivedContent(),
        ["a type derived from text"] = () => new DerivedStringContent(),
        ["a type derived from multipart"] = () => new DerivedMultipartContent(),
        ["JSON of asynchronous values"] = () => JsonContent.Create(Values(1)),
        ["JSON of asynchronous objects"] = () => JsonContent.Create(Values("text")),
        ["JSON of something that turns out asynchronous"] = () => JsonContent.Create<object>(Values("text")),
        ["multipart with a stream"] = () => new MultipartContent { new StringContent("a"), new StreamContent(new MemoryStream()) },
        ["nested multipart with a stream"] = () => new MultipartContent { new MultipartFormDataContent { { new StreamContent(new MemoryStream()), "file" } } },
    };

    public static TheoryData<string> ReplayableContents => [.. Replayable.Keys];

    public static TheoryData<string> OtherContents => [.. NotReplayable.Keys];

    [Theory]
    [MemberData(nameof(ReplayableContents))]
    public void Content_that_gives_the_same_bytes_again_can_be_replayed(string content)
    {
        using var request = Request(Replayable[content]());

        Assert.True(ReplayableContent.CanReplay(request));
    }

    [Theory]
    [MemberData(nameof(OtherContents))]
    public void Content_that_may_be_read_once_only_can_not(string content)
    {
        using var request = Request(NotReplayable[content]());

        Assert.False(ReplayableContent.CanReplay(request));
    }

    [Fact]
    public void A_request_that_is_marked_replayable_is_whatever_its_content()
    {
        using var request = Request(new StreamContent(new MemoryStream()));
        request.AllowSxtReplay();

        Assert.True(ReplayableContent.CanReplay(request));
    }

    [Fact]
    public void A_request_that_is_marked_not_replayable_is_not_whatever_its_content()
    {
        using var request = Request(null);
        request.AllowSxtReplay(false);

        Assert.False(ReplayableContent.CanReplay(request));
    }

    private static HttpRequestMessage Request(HttpContent? content) => new(HttpMethod.Post, "https://gateway.sxt.test/v1/sql") { Content = content };

    private static async IAsyncEnumerable<T> Values<T>(T value)
    {
        await Task.CompletedTask;
        yield return value;
    }

    private sealed class DerivedContent() : ByteArrayContent([1]);

    private sealed class DerivedStringContent() : StringContent("text");

    private sealed class DerivedMultipartContent : MultipartContent;
}
