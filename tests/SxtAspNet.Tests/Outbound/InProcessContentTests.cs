using System.Net;
using System.Net.Http.Json;
using System.Text;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Outbound;

/// <summary>Handlers in the process that read a content, or have it written, in other ways than a socket does.</summary>
public class InProcessContentTests
{
    [Fact]
    public async Task A_handler_that_reads_synchronously_gets_the_same_bytes_again()
    {
        List<byte[]> read = [];
        List<bool> writable = [];
        ReplayApp app = null!;
        await using var created = app = await ReplayApp.StartAsync((request, cancellationToken) =>
        {
            using var body = new MemoryStream();
            using var stream = request.Content!.ReadAsStream(cancellationToken);
            stream.CopyTo(body);
            read.Add(body.ToArray());
            writable.Add(stream.CanWrite);
            return Task.FromResult(Responses.Status(app.Answer("")));
        });
        using var request = ReplayApp.Request(TestContents.OneShotStream([1, 2, 3]));

        using var response = app.CreateClient().Send(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal([[1, 2, 3], [1, 2, 3]], read);
        Assert.Equal([false, false], writable);
    }

    [Theory]
    [InlineData(0, HttpStatusCode.OK)]
    [InlineData(1, HttpStatusCode.Unauthorized)]
    public async Task A_handler_that_goes_back_before_the_end_reads_all_and_what_it_has_read_twice_is_no_copy(int before, HttpStatusCode expected)
    {
        List<string> read = [];
        ReplayApp app = null!;
        await using var created = app = await ReplayApp.StartAsync(async (request, cancellationToken) =>
        {
            var stream = await request.Content!.ReadAsStreamAsync(cancellationToken);
            await stream.ReadExactlyAsync(new byte[before], cancellationToken);
            stream.Position = 0;
            using var reader = new StreamReader(stream);
            read.Add(await reader.ReadToEndAsync(cancellationToken));
            return Responses.Status(app.Answer(""));
        });

        Assert.Equal(expected, await app.PostAsync(JsonContent.Create(new { a = 1 })));

        Assert.Equal(expected == HttpStatusCode.OK ? 2 : 1, read.Count);
        Assert.All(read, text => Assert.Equal("""{"a":1}""", text));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_content_that_takes_back_what_it_wrote_is_not_sent_again(bool isCutOff)
    {
        List<string> read = [];
        ReplayApp app = null!;
        await using var created = app = await ReplayApp.StartAsync(async (request, cancellationToken) =>
        {
            using var body = new MemoryStream();
            await request.Content!.CopyToAsync(body, cancellationToken);
            read.Add(Encoding.UTF8.GetString(body.ToArray()));
            return Responses.Status(app.Answer(""));
        });

        Assert.Equal(HttpStatusCode.Unauthorized, await app.PostAsync(new CorrectingContent(isCutOff)));

        Assert.Equal(isCutOff ? "new" : "newt", Assert.Single(read));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_content_that_is_larger_than_the_copy_writes_itself_for_each_who_asks(bool isSynchronous)
    {
        List<byte[]> read = [];
        ReplayApp app = null!;
        await using var created = app = await ReplayApp.StartAsync(async (request, cancellationToken) =>
        {
            for (var times = 0; times < 2; times++)
            {
                using var body = new MemoryStream();
                await (isSynchronous ? Write(request.Content!, body, cancellationToken) : request.Content!.CopyToAsync(body, cancellationToken));
                read.Add(body.ToArray());
            }

            return Responses.Status(app.Answer(""));
        });

        Assert.Equal(HttpStatusCode.Unauthorized, await app.PostAsync(new PiecesContent([ReplayApp.Limit, 1], isLengthKnown: false)));

        Assert.Equal([1, 2], read.Select(bytes => bytes[0]));
        Assert.All(read, bytes => Assert.Equal(ReplayApp.Limit + 1, bytes.Length));
    }

    private static Task Write(HttpContent content, Stream stream, CancellationToken cancellationToken)
    {
        content.CopyTo(stream, context: null, cancellationToken);
        return Task.CompletedTask;
    }

    /// <summary>Begins anew, over what it has written or without it.</summary>
    private sealed class CorrectingContent(bool isCutOff) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await stream.WriteAsync("text"u8.ToArray());
            if (isCutOff)
            {
                stream.SetLength(0);
            }
            else
            {
                stream.Position = 0;
            }

            await stream.WriteAsync("new"u8.ToArray());
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
