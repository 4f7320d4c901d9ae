namespace SxtAspNet.Testing.Tests;

public sealed class ClockTests
{
    private static readonly TimeSpan Offset = TimeSpan.FromMinutes(-7);

    [Theory]
    [InlineData(Front.InMemory)]
    [InlineData(Front.Http)]
    public async Task The_date_of_an_answer_is_on_the_gateways_clock_in_whole_seconds(Front front)
    {
        await using TestGateway gateway = await TestGateway.StartAsync(front, new() { ClockOffset = Offset });
        gateway.Time.Advance(TimeSpan.FromMilliseconds(1_900));

        using HttpResponseMessage response = await gateway.Client.FetchAsync("v1/auth/idexists/nobody");

        Assert.Equal(TestGateway.Start.AddSeconds(1) + Offset, response.Headers.Date);
    }

    [Theory]
    [InlineData(Front.InMemory)]
    [InlineData(Front.Http)]
    public async Task The_date_of_a_fault_is_on_the_gateways_clock(Front front)
    {
        await using TestGateway gateway = await TestGateway.StartAsync(front, new() { ClockOffset = Offset });
        gateway.Emulator.InjectFault(SxtGatewayFault.Status(503));

        using HttpResponseMessage response = await gateway.Client.FetchAsync("v1/auth/idexists/nobody");

        Assert.Equal(TestGateway.Start + Offset, response.Headers.Date);
    }

    [Fact]
    public async Task The_instants_of_a_session_are_on_the_gateways_clock()
    {
        await using TestGateway gateway = TestGateway.InMemory(new() { ClockOffset = Offset });

        SessionJson session = await gateway.Client.LoginAsync(gateway.User);

        Assert.Equal((TestGateway.Start + Offset).AddMinutes(25).ToUnixTimeMilliseconds(), session.AccessTokenExpires);
        Assert.Equal((TestGateway.Start + Offset).AddHours(24).ToUnixTimeMilliseconds(), session.SessionExpires);
    }

    [Fact]
    public async Task Setting_the_gateways_clock_forward_ends_what_is_over_by_it()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        SessionJson session = await gateway.Client.LoginAsync(gateway.User);

        gateway.Options.ClockOffset = TimeSpan.FromMinutes(25);

        Assert.False(await gateway.Client.WorksAsync(session.AccessToken));
    }

    [Fact]
    public async Task The_record_of_calls_is_on_the_time_provider_not_on_the_gateways_clock()
    {
        await using TestGateway gateway = TestGateway.InMemory(new() { ClockOffset = Offset });

        await gateway.Client.LoginAsync(gateway.User);

        Assert.All(gateway.Calls.All, call => Assert.Equal(TestGateway.Start, call.At));
    }

    [Fact]
    public async Task An_answer_is_dated_when_it_is_given_not_when_the_call_arrived()
    {
        await using TestGateway gateway = TestGateway.InMemory();
        gateway.Emulator.InjectFault(SxtGatewayFault.DelayAnswer(TimeSpan.FromSeconds(9)));

        Task<HttpResponseMessage> call = gateway.Client.FetchAsync("v1/auth/idexists/nobody");
        gateway.Time.Advance(TimeSpan.FromSeconds(9));
        using HttpResponseMessage response = await call;

        Assert.Equal(TestGateway.Start.AddSeconds(9), response.Headers.Date);
    }
}
