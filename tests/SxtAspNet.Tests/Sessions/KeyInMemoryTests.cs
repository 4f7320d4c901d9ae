using System.Net;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using SxtAspNet.Tests.Infrastructure;

namespace SxtAspNet.Tests.Sessions;

public class KeyInMemoryTests
{
    private readonly TestKeySource _source = new();
    private readonly List<TestKey> _opened = [];

    [Fact]
    public async Task Between_logins_no_key_stays_in_memory()
    {
        await using var app = CreateApp(keep: false);

        using var response = await app.QueryAsync();

        Assert.True(Assert.Single(_opened).IsDisposed);
    }

    [Fact]
    public async Task A_key_that_was_refused_is_disposed_too()
    {
        await using var app = CreateApp(keep: false);
        app.Gateway.RemoveKey(TestApp.User, _source.PublicKey);

        await Assert.ThrowsAsync<SxtAuthenticationException>(() => app.QueryAsync());

        Assert.Equal(2, _opened.Count);
        Assert.All(_opened, key => Assert.True(key.IsDisposed));
    }

    [Fact]
    public async Task Without_a_kept_key_an_outage_of_the_source_fails_the_next_login()
    {
        await using var app = CreateApp(keep: false);
        using var first = await app.QueryAsync();
        _source.Fail();
        app.Pass(TimeSpan.FromMinutes(5));
        app.Gateway.RevokeSessions(TestApp.User);

        using var rejected = await app.QueryAsync();
        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(() => app.QueryAsync());

        Assert.Equal(HttpStatusCode.Unauthorized, rejected.StatusCode);
        Assert.Equal(SxtFailureReason.KeyUnavailable, failure.Reason);
    }

    [Fact]
    public async Task A_kept_key_survives_an_outage_of_the_source()
    {
        await using var app = CreateApp(keep: true);
        using var first = await app.QueryAsync();
        Assert.False(Assert.Single(_opened).IsDisposed);
        _source.Fail();
        app.Pass(TimeSpan.FromMinutes(5));
        app.Gateway.RevokeSessions(TestApp.User);

        using var response = await app.QueryAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains(app.Logs.GetSnapshot(), record => record.Id.Id == 1111);
    }

    [Fact]
    public async Task A_kept_key_is_used_also_when_the_backup_key_is_refused()
    {
        await using var app = CreateApp(keep: true, services => services.UseKeys(_source, new TestKeySource("stranger's key")));
        using var first = await app.QueryAsync();
        _source.Fail();
        app.Pass(TimeSpan.FromMinutes(5));
        app.Gateway.RevokeSessions(TestApp.User);

        using var response = await app.QueryAsync();

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Contains(app.Logs.GetSnapshot(), record => record.Id.Id == 1111);
    }

    [Fact]
    public async Task A_kept_key_is_not_used_while_its_own_source_gives_another_one()
    {
        var backup = new TestKeySource("backup key");
        await using var app = CreateApp(keep: true, services => services.UseKeys(_source, backup));
        using var first = await app.QueryAsync();
        var stranger = new TestKeySource();
        _source.Opening = _ => new(stranger.Create());
        backup.Fail();
        app.Pass(TimeSpan.FromMinutes(5));
        app.Gateway.RevokeSessions(TestApp.User);

        using var rejected = await app.QueryAsync();
        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(() => app.QueryAsync());

        Assert.Equal(SxtFailureReason.KeyRefused, failure.Reason);
    }

    [Fact]
    public async Task A_kept_key_is_disposed_when_the_next_login_opened_another()
    {
        await using var app = CreateApp(keep: true);
        using var first = await app.QueryAsync();
        app.Pass(TimeSpan.FromMinutes(5));
        app.Gateway.RevokeSessions(TestApp.User);

        using var second = await app.QueryAsync();

        Assert.Equal([true, false], _opened.Select(key => key.IsDisposed));
    }

    [Fact]
    public async Task A_kept_key_is_not_used_in_place_of_one_that_is_refused()
    {
        await using var app = CreateApp(keep: true);
        using var first = await app.QueryAsync();
        var stranger = new TestKeySource();
        _source.Opening = _ => new(stranger.Create());
        app.Pass(TimeSpan.FromMinutes(5));
        app.Gateway.RevokeSessions(TestApp.User);

        using var rejected = await app.QueryAsync();
        var failure = await Assert.ThrowsAsync<SxtAuthenticationException>(() => app.QueryAsync());

        Assert.Equal(HttpStatusCode.Unauthorized, rejected.StatusCode);
        Assert.Equal(SxtFailureReason.KeyRefused, failure.Reason);
    }

    [Fact]
    public async Task A_kept_key_is_disposed_with_the_next_login_once_keeping_is_switched_off()
    {
        var configuration = TestConfiguration.FromValues(("Sxt:KeepKeyInMemory", "true"));
        await using var app = CreateApp(keep: false, services => services.AddSxt(configuration.GetSection("Sxt")));
        using var first = await app.QueryAsync();
        Assert.False(Assert.Single(_opened).IsDisposed);

        configuration["Sxt:KeepKeyInMemory"] = "false";
        configuration.Reload();
        app.Pass(TimeSpan.FromMinutes(5));
        app.Gateway.RevokeSessions(TestApp.User);
        using var second = await app.QueryAsync();

        Assert.Equal([true, true], _opened.Select(key => key.IsDisposed));
    }

    [Fact]
    public async Task A_kept_key_is_disposed_with_the_app()
    {
        await using (var app = CreateApp(keep: true))
        {
            using var response = await app.QueryAsync();
        }

        Assert.True(Assert.Single(_opened).IsDisposed);
    }

    private TestApp CreateApp(bool keep, Action<IServiceCollection>? register = null)
    {
        _source.Opening = _ =>
        {
            var key = new TestKey(_source.Create());
            _opened.Add(key);
            return new(key);
        };
        var app = new TestApp(
            options => options.KeepKeyInMemory = keep,
            services =>
            {
                services.UseKeys(_source);
                register?.Invoke(services);
            });
        app.Gateway.AddUser(TestApp.User, _source.PublicKey);
        return app;
    }
}
