using System.Net;
using Microsoft.Extensions.DependencyInjection;
using SxtAspNet.Outbound;
using SxtAspNet.Testing;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Outbound;

/// <summary>What the handler keeps of requests and answers, for how long, and what it gives back.</summary>
public sealed class OutboundMemoryTests
{
    private const int Limit = 100;

    [Fact]
    public void Headers_with_tokens_are_remembered_up_to_a_number_and_the_oldest_forgotten()
    {
        var presented = new PresentedTokens();
        presented.Add("Bearer first");
        presented.Add("Bearer second");
        presented.Add("Bearer first");

        for (var i = 0; i < 32_767; i++)
        {
            presented.Add($"Bearer {i}");
        }

        Assert.False(presented.Contains("Bearer first"));
        Assert.True(presented.Contains("Bearer second"));
        Assert.True(presented.Contains("Bearer 32766"));
        Assert.False(presented.Contains("Bearer 32767"));
    }

    [Fact]
    public void A_thing_is_reported_once_and_a_hundred_things_at_most()
    {
        var sightings = new FirstSightings();

        Assert.Equal(100, Enumerable.Range(0, 200).Count(i => sightings.Add($"thing {i}")));
        Assert.DoesNotContain(true, Enumerable.Range(0, 200).Select(i => sightings.Add($"thing {i}")));
    }

    [Fact]
    public void A_recording_is_a_copy_once_it_has_ended()
    {
        var recording = new ContentRecording(Limit);
        Assert.True(recording.CanReplay);

        Assert.True(recording.TryStart());
        recording.Add([1, 2]);
        Assert.False(recording.CanReplay);
        Assert.Null(recording.Copy);
        recording.Add([3]);
        recording.End();
        recording.Fail();
        recording.Add([4]);

        Assert.True(recording.CanReplay);
        Assert.Equal([1, 2, 3], recording.Copy!.Value.ToArray());
    }

    [Fact]
    public void A_recording_of_nothing_is_a_copy_of_nothing()
    {
        var recording = new ContentRecording(Limit);

        recording.TryStart();
        recording.Add([]);
        recording.End();

        Assert.Empty(recording.Copy!.Value.ToArray());
    }

    [Fact]
    public void A_recording_that_is_started_twice_is_no_copy()
    {
        var recording = new ContentRecording(Limit);
        recording.TryStart();

        Assert.False(recording.TryStart());
        recording.End();

        Assert.False(recording.CanReplay);
        Assert.Null(recording.Copy);
    }

    [Fact]
    public void A_content_that_was_given_up_before_it_was_sent_can_not_be_sent()
    {
        var recording = new ContentRecording(Limit);

        recording.Fail();

        Assert.False(recording.CanReplay);
        Assert.False(recording.TryStart());
    }

    [Theory]
    [InlineData(Limit, true)]
    [InlineData(Limit + 1, false)]
    public void A_recording_has_a_limit(int length, bool isCopied)
    {
        var recording = new ContentRecording(Limit);

        recording.TryStart();
        recording.Add(new byte[length - 1]);
        recording.Add(new byte[1]);
        recording.End();

        Assert.Equal(isCopied, recording.CanReplay);
        Assert.Equal(isCopied, recording.Copy is not null);
    }

    [Fact]
    public void A_content_ends_with_the_request()
    {
        var original = new PiecesContent([1], isLengthKnown: true);
        var content = new RecordedContent(original, Limit);

        content.Dispose();

        Assert.True(original.IsDisposed);
        Assert.False(content.CanReplay);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_stream_ends_with_its_reader(bool isSynchronous)
    {
        var inner = new MemoryStream([1, 2, 3]);
        using var content = new RecordedContent(new StreamContent(inner), Limit);
        var stream = await content.ReadAsStreamAsync(TestContext.Current.CancellationToken);

        await (isSynchronous ? Close() : stream.DisposeAsync());

        Assert.False(inner.CanRead);

        ValueTask Close()
        {
            stream.Dispose();
            return ValueTask.CompletedTask;
        }
    }

    [Fact]
    public async Task The_answer_401_is_disposed_when_its_request_is_sent_again()
    {
        var answers = new List<TrackedContent>();
        await using var app = new TestApp(services: services =>
            services.AddHttpClient(TestApp.Client).AddHttpMessageHandler(() => new Tracking(answers)));
        using var first = await app.QueryAsync();
        app.Pass(TimeSpan.FromMinutes(2));
        app.Gateway.RevokeSessions(TestApp.User);

        using var response = await app.QueryAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal([false, true, false], answers.Select(answer => answer.IsDisposed));
    }

    [Fact]
    public async Task The_answer_401_is_disposed_when_its_caller_gives_up()
    {
        var answers = new List<TrackedContent>();
        await using var app = new TestApp(services: services =>
            services.AddHttpClient(TestApp.Client).AddHttpMessageHandler(() => new Tracking(answers)));
        await app.StartAsync();
        app.Gateway.RevokeSessions(TestApp.User);
        app.Gateway.InjectFault(SxtGatewayFault.Delay(Timeout.InfiniteTimeSpan, kind: SxtGatewayCallKind.ValidToken));
        using var impatience = new CancellationTokenSource();

        var sending = app.QueryAsync(impatience.Token);
        Assert.False(Assert.Single(answers).IsDisposed);
        await impatience.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        Assert.True(Assert.Single(answers).IsDisposed);
    }

    private sealed class Tracking(List<TrackedContent> answers) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            var content = new TrackedContent();
            response.Content = content;
            answers.Add(content);
            return response;
        }
    }

    private sealed class TrackedContent() : ByteArrayContent([])
    {
        public bool IsDisposed { get; private set; }

        protected override void Dispose(bool disposing)
        {
            IsDisposed = true;
            base.Dispose(disposing);
        }
    }
}
