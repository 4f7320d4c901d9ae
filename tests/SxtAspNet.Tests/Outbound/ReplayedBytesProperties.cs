using System.Net;
using System.Net.Http.Json;
using CsCheck;

namespace SxtAspNet.Tests.Outbound;

/// <summary>Whatever a request's content is: the bytes that were sent are the bytes that are sent again, or there is no replay.</summary>
public class ReplayedBytesProperties
{
    private static readonly Gen<int> Size = Gen.Frequency((2, Gen.Const(0)), (6, Gen.Int[1, 600]), (2, Gen.Int[4000, 9000]));

    private static readonly Gen<Kind> Leaf = Gen.OneOf(
        Size.Select(size => new Kind($"bytes {size}", () => new ByteArrayContent(Bytes(size)), IsGuaranteed: true)),
        Size.Select(size => new Kind($"text {size}", () => new StringContent(new string('x', size)), IsGuaranteed: true)),
        Size.Select(size => new Kind($"memory {size}", () => new ReadOnlyMemoryContent(Bytes(size)), IsGuaranteed: true)),
        Size.Select(size => new Kind($"form {size}", () => new FormUrlEncodedContent([new("a", new string('b', size))]), IsGuaranteed: true)),
        Size.Select(size => new Kind($"JSON {size}", () => JsonContent.Create(new { a = new string('b', size) }))),
        Size.Select(size => new Kind($"one-shot JSON {size}", () => TestContents.OneShotJson(size))),
        Size.Select(size => new Kind($"asynchronous JSON {size}", () => TestContents.AsyncJson(size))),
        Size.Select(size => new Kind($"stream {size}", () => new StreamContent(new MemoryStream(Bytes(size))))),
        Size.Select(size => new Kind($"one-shot stream {size}", () => TestContents.OneShotStream(Bytes(size)))),
        Gen.Select(Size.Array[0, 6], Gen.Bool, (sizes, isKnown) => new Kind(
            $"pieces {string.Join('+', sizes)} {isKnown}", () => new PiecesContent(sizes, isKnown))),
        Gen.Select(Size.Array[1, 6], Gen.Bool, Gen.Int[0, 5], (sizes, isKnown, failsAfter) => new Kind(
            $"pieces {string.Join('+', sizes)} {isKnown} failing after {failsAfter}",
            () => new PiecesContent(sizes, isKnown, failsAfter),
            Fails: failsAfter < sizes.Length)));

    private static readonly Gen<Kind> Content = Gen.Recursive<Kind>((depth, nested) => depth >= 2
        ? Leaf
        : Gen.Frequency((5, Leaf), (1, nested.Array[0, 3].Select(parts => new Kind(
            $"[{string.Join(", ", parts.Select(part => part.Name))}]",
            () => Multipart(parts),
            parts.All(part => part.IsGuaranteed),
            parts.Any(part => part.Fails))))));

    [Fact]
    public async Task The_bytes_that_were_sent_are_sent_again_or_there_is_no_replay()
    {
        await using var app = await ReplayApp.StartAsync();
        var (replays, refusals, failures) = (0, 0, 0);

        await Content.SampleAsync(
            async kind =>
            {
                app.Reset();
                HttpStatusCode? status = null;
                try
                {
                    status = await app.PostAsync(kind.Create());
                }
                catch (HttpRequestException) when (kind.Fails)
                {
                }
                catch (InvalidDataException) when (kind.Fails)
                {
                }

                var arrived = app.Arrived;
                if (kind.Fails)
                {
                    failures++;
                    Assert.Null(status);
                    Assert.True(arrived.Count <= 1);
                }
                else if (kind.IsGuaranteed || arrived[0].Bytes.Length <= ReplayApp.Limit)
                {
                    replays++;
                    Assert.Equal(HttpStatusCode.OK, status);
                    Assert.Equal(2, arrived.Count);
                    Assert.Equal(arrived[0].Bytes, arrived[1].Bytes);
                    Assert.Equal((arrived[0].Length, arrived[0].Type), (arrived[1].Length, arrived[1].Type));
                }
                else
                {
                    refusals++;
                    Assert.Equal(HttpStatusCode.Unauthorized, status);
                    Assert.Single(arrived);
                }
            },
            iter: 400,
            threads: 1,
            print: kind => kind.Name);

        Assert.True(replays > 50 && refusals > 20 && failures > 10, $"{replays} replayed, {refusals} not, {failures} failed");
    }

    private static MultipartContent Multipart(Kind[] parts)
    {
        var content = new MultipartContent();
        Array.ForEach(parts, part => content.Add(part.Create()));
        return content;
    }

    private static byte[] Bytes(int size) => [.. Enumerable.Range(0, size).Select(number => (byte)number)];

    private sealed record Kind(string Name, Func<HttpContent> Create, bool IsGuaranteed = false, bool Fails = false);
}
