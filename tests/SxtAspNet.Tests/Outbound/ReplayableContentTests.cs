using System.Net;
using System.Net.Http.Json;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Outbound;

public class ReplayableContentTests
{
    private static readonly Dictionary<string, Func<HttpContent?>> Replayable = new()
    {
        ["none"] = () => null,
        ["large bytes"] = () => new ByteArrayContent(new byte[2 * ReplayApp.Limit]),
        ["JSON of an object"] = () => JsonContent.Create(new { a = 1 }),
        ["JSON of null"] = () => JsonContent.Create<object?>(null),
        ["JSON over values that can be read once"] = () => TestContents.OneShotJson(100),
        ["JSON of asynchronous values"] = () => TestContents.AsyncJson(100),
        ["a stream that can be read once"] = () => TestContents.OneShotStream([1, 2, 3]),
        ["an empty stream"] = () => new StreamContent(Stream.Null),
        ["a type derived from bytes"] = () => new DerivedContent(),
        ["a multipart form with a stream"] = () => new MultipartFormDataContent { { TestContents.OneShotStream([1, 2]), "file" } },
        ["as much as is copied, of unknown length"] = () => new PiecesContent([ReplayApp.Limit - 1, 1], isLengthKnown: false),
        ["as much as is copied, of known length"] = () => new PiecesContent([ReplayApp.Limit], isLengthKnown: true),
    };

    private static readonly Dictionary<string, Func<HttpContent>> NotReplayable = new()
    {
        ["more than is copied, of unknown length"] = () => new PiecesContent([ReplayApp.Limit, 1], isLengthKnown: false),
        ["more than is copied, of known length"] = () => new PiecesContent([ReplayApp.Limit + 1], isLengthKnown: true),
        ["large JSON"] = () => JsonContent.Create(new string('x', ReplayApp.Limit)),
        ["a multipart with a large stream"] = () => new MultipartContent { new StreamContent(new MemoryStream(new byte[ReplayApp.Limit])) },
    };

    public static TheoryData<string> ReplayableContents => [.. Replayable.Keys];

    public static TheoryData<string> OtherContents => [.. NotReplayable.Keys];

    [Theory]
    [MemberData(nameof(ReplayableContents))]
    public async Task Content_whose_bytes_are_known_is_sent_again_byte_by_byte(string content)
    {
        await using var app = await ReplayApp.StartAsync();

        Assert.Equal(HttpStatusCode.OK, await app.PostAsync(Replayable[content]()));

        Assert.Equal(2, app.Arrived.Count);
        Assert.Equal(app.Arrived[0].Bytes, app.Arrived[1].Bytes);
        Assert.Equal((app.Arrived[0].Length, app.Arrived[0].Type), (app.Arrived[1].Length, app.Arrived[1].Type));
    }

    [Theory]
    [MemberData(nameof(OtherContents))]
    public async Task Content_that_is_larger_than_the_copy_is_not_sent_again_and_the_log_says_so(string content)
    {
        await using var app = await ReplayApp.StartAsync();

        Assert.Equal(HttpStatusCode.Unauthorized, await app.PostAsync(NotReplayable[content]()));

        Assert.Single(app.Arrived);
        Assert.Contains(app.App.Logs.GetSnapshot(), record => record.Id.Id == 1202);
    }

    [Fact]
    public async Task Without_a_buffer_only_guaranteed_content_is_sent_again()
    {
        await using var app = await ReplayApp.StartAsync(options: options => options.MaxReplayBufferSize = 0);

        Assert.Equal(HttpStatusCode.Unauthorized, await app.PostAsync(JsonContent.Create(1)));
        app.Reset();
        Assert.Equal(HttpStatusCode.OK, await app.PostAsync(new StringContent("1")));
    }

    [Fact]
    public async Task A_request_that_allows_it_asks_its_content_a_second_time()
    {
        await using var app = await ReplayApp.StartAsync();

        var status = await app.PostAsync(new PiecesContent([ReplayApp.Limit, 1], isLengthKnown: false), request => request.AllowSxtReplay());

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal([1, 2], app.Arrived.Select(arrived => arrived.Bytes[0]));
    }

    [Fact]
    public async Task A_request_that_forbids_it_is_not_sent_again_whatever_its_content()
    {
        await using var app = await ReplayApp.StartAsync();

        Assert.Equal(HttpStatusCode.Unauthorized, await app.PostAsync(new StringContent("a"), request => request.AllowSxtReplay(false)));
    }

    [Fact]
    public async Task A_content_that_nobody_has_read_is_sent_in_full()
    {
        ReplayApp app = null!;
        await using var created = app = await ReplayApp.StartAsync((request, _) =>
            Task.FromResult(app.Answer("") is HttpStatusCode.Unauthorized ? Responses.Status(HttpStatusCode.Unauthorized) : null!));

        Assert.Equal(HttpStatusCode.OK, await app.PostAsync(TestContents.OneShotStream([1, 2, 3])));

        Assert.Equal([1, 2, 3], Assert.Single(app.Arrived).Bytes);
    }

    [Fact]
    public async Task A_content_that_was_read_in_part_is_not_sent_again()
    {
        ReplayApp app = null!;
        await using var created = app = await ReplayApp.StartAsync(async (request, cancellationToken) =>
        {
            var body = await request.Content!.ReadAsStreamAsync(cancellationToken);
            Assert.Equal(1, await body.ReadAsync(new byte[1], cancellationToken));
            return Responses.Status(app.Answer(""));
        });

        Assert.Equal(HttpStatusCode.Unauthorized, await app.PostAsync(TestContents.OneShotStream([1, 2, 3])));
    }

    [Fact]
    public async Task A_content_whose_writing_failed_is_not_sent_again_although_the_answer_is_401()
    {
        ReplayApp app = null!;
        await using var created = app = await ReplayApp.StartAsync(async (request, cancellationToken) =>
        {
            await Assert.ThrowsAsync<InvalidDataException>(() => request.Content!.CopyToAsync(Stream.Null, cancellationToken));
            return Responses.Status(app.Answer(""));
        });

        Assert.Equal(HttpStatusCode.Unauthorized, await app.PostAsync(new PiecesContent([1, 1], isLengthKnown: true, failsAfter: 1)));
    }

    [Theory]
    [InlineData("as a stream")]
    [InlineData("as text")]
    [InlineData("written")]
    [InlineData("written twice")]
    public async Task A_handler_in_the_process_reads_the_same_bytes_again(string how)
    {
        List<string> read = [];
        ReplayApp app = null!;
        await using var created = app = await ReplayApp.StartAsync(async (request, cancellationToken) =>
        {
            for (var times = how == "written twice" ? 2 : 1; times > 0; times--)
            {
                read.Add(await ReadAsync(request.Content!, how, cancellationToken));
            }

            return Responses.Status(app.Answer(""));
        });

        Assert.Equal(HttpStatusCode.OK, await app.PostAsync(TestContents.OneShotJson(3)));

        Assert.True(read.Count >= 2);
        Assert.All(read, text => Assert.Equal("""{"rows":[0,1,2]}""", text));
    }

    [Theory]
    [InlineData(false, 2)]
    [InlineData(true, 1)]
    public async Task A_handler_that_signs_the_content_may_read_it_and_go_back(bool inTheMiddle, int sent)
    {
        List<string> read = [];
        await using var app = await ReplayApp.StartAsync(async (request, cancellationToken) =>
        {
            var stream = await request.Content!.ReadAsStreamAsync(cancellationToken);
            Assert.Equal((0, 16), (stream.Position, stream.Length));
            using var reader = new StreamReader(stream, leaveOpen: true);
            read.Add(inTheMiddle ? $"{(char)stream.ReadByte()}" : await reader.ReadToEndAsync(cancellationToken));
            stream.Position = 0;
            return null!;
        });

        using var content = JsonContent.Create(new { rows = (int[])[0, 1, 2] });
        var status = await app.PostAsync(content);

        Assert.Equal(sent == 2 ? HttpStatusCode.OK : HttpStatusCode.Unauthorized, status);
        Assert.Equal(sent, app.Arrived.Count);
        Assert.All(app.Arrived, body => Assert.Equal("""{"rows":[0,1,2]}"""u8.ToArray(), body.Bytes));
        Assert.All(read, text => Assert.Equal(inTheMiddle ? "{" : """{"rows":[0,1,2]}""", text));
    }

    [Fact]
    public async Task A_content_that_a_handler_disposed_is_sent_again_from_its_copy()
    {
        using var content = new PiecesContent([3], isLengthKnown: false);
        List<byte[]> read = [];
        ReplayApp app = null!;
        await using var created = app = await ReplayApp.StartAsync(async (request, cancellationToken) =>
        {
            read.Add(await request.Content!.ReadAsByteArrayAsync(cancellationToken));
            request.Content.Dispose();
            await Assert.ThrowsAsync<ObjectDisposedException>(() => request.Content.ReadAsByteArrayAsync(cancellationToken));
            return Responses.Status(app.Answer(""));
        });

        Assert.Equal(HttpStatusCode.OK, await app.PostAsync(content));

        Assert.True(content.IsDisposed);
        Assert.Equal(2, read.Count);
        Assert.Equal(read[0], read[1]);
    }

    [Fact]
    public async Task A_content_that_a_handler_replaced_is_not_sent_again()
    {
        ReplayApp app = null!;
        await using var created = app = await ReplayApp.StartAsync((request, _) =>
        {
            request.Content = new StringContent("compressed");
            return Task.FromResult(Responses.Status(app.Answer("")));
        });
        using var request = ReplayApp.Request(new StringContent("plain"));

        using var response = await app.CreateClient().SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task A_body_that_the_server_did_not_ask_for_is_sent_with_the_next_token()
    {
        await using var app = await ReplayApp.StartAsync();
        using var content = new PiecesContent([2000, 1000], isLengthKnown: false);

        var status = await app.PostAsync(content, request => request.Headers.ExpectContinue = true);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.All(app.Arrived, arrived => Assert.Equal(app.Arrived[0].Bytes, arrived.Bytes));
    }

    [Fact]
    public async Task A_request_that_fails_gets_its_content_back()
    {
        await using var app = await ReplayApp.StartAsync((_, _) => throw new HttpRequestException("broken"));
        using var content = JsonContent.Create(1);
        using var request = ReplayApp.Request(content);

        await Assert.ThrowsAsync<HttpRequestException>(() => app.CreateClient().SendAsync(request, TestContext.Current.CancellationToken));

        Assert.Same(content, request.Content);
    }

    [Fact]
    public async Task A_synchronous_request_sends_the_same_bytes_again()
    {
        await using var app = await ReplayApp.StartAsync();
        using var content = new PiecesContent([10, 20, 30, 40], isLengthKnown: false);
        using var request = ReplayApp.Request(content);

        using var response = app.CreateClient().Send(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(2, app.Arrived.Count);
        Assert.Equal(app.Arrived[0].Bytes, app.Arrived[1].Bytes);
        Assert.Same(content, request.Content);
    }

    private static async Task<string> ReadAsync(HttpContent content, string how, CancellationToken cancellationToken)
    {
        switch (how)
        {
            case "as text":
                return await content.ReadAsStringAsync(cancellationToken);
            case "as a stream":
                using (var reader = new StreamReader(await content.ReadAsStreamAsync(cancellationToken)))
                {
                    return await reader.ReadToEndAsync(cancellationToken);
                }

            default:
                using (var body = new MemoryStream())
                {
                    await content.CopyToAsync(body, cancellationToken);
                    return Encoding.UTF8.GetString(body.ToArray());
                }
        }
    }

    private sealed class DerivedContent() : ByteArrayContent([1]);
}
