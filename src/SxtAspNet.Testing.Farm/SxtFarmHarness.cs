using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace SxtAspNet.Testing;

/// <summary>
/// A web farm of an app in one test: N hosts of it over WebApplicationFactory, which share what the app shares through a store, a lock and
/// notices in memory instead of its Redis, against one gateway emulator, all on one clock that the test moves. What the library does in
/// the background happens while time passes: within <see cref="AdvanceAsync(TimeSpan)"/>, and where a call of the harness waits for time.
/// The app logs in with the emulator's key, and seals the session by it or, with <see cref="SxtBuilder.UseDataProtection"/>, by a key ring
/// in memory: its own keys and its <see cref="SxtOptions.Seal"/> are not opened.
/// </summary>
/// <typeparam name="TProgram">A class of the app's assembly, usually <c>Program</c>.</typeparam>
/// <example>
/// <code>
/// await using var farm = new SxtFarmHarness&lt;Program&gt;(instances: 3);
/// await farm.StartAsync();
/// farm.Kill(1);
/// await farm.AdvanceAsync(TimeSpan.FromHours(25));
/// farm.ShouldShareOneSession();
/// </code>
/// </example>
public sealed class SxtFarmHarness<TProgram> : IAsyncDisposable
    where TProgram : class
{
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    private readonly Action<IWebHostBuilder>? _configure;
    private readonly FarmRoom _room;
    private readonly TimeOnDemand _onDemand;
    private readonly List<AppInstance<TProgram>> _all = [];
    private readonly AppInstance<TProgram>?[] _instances;

    /// <summary>Describes a farm; <see cref="StartAsync()"/> starts it.</summary>
    /// <param name="instances">How many instances it has.</param>
    /// <param name="gateway">How the gateway behaves; the strict defaults when omitted.</param>
    /// <param name="configure">Configures the host of each instance: settings, environment, services of the test.</param>
    /// <param name="startsAt">What the clock says at first; the first of January 2026 when omitted.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is not at least one instance.</exception>
    public SxtFarmHarness(
        int instances = 3,
        SxtGatewayEmulatorOptions? gateway = null,
        Action<IWebHostBuilder>? configure = null,
        DateTimeOffset? startsAt = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(instances, 1);
        _configure = configure;
        _instances = new AppInstance<TProgram>[instances];
        Time = new FakeTimeProvider(startsAt ?? new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        Gateway = new SxtGatewayEmulator(gateway, Time);
        _room = new FarmRoom(Time);
        _onDemand = new TimeOnDemand(Time);
    }

    /// <summary>The clock of the gateway and of all instances.</summary>
    public FakeTimeProvider Time { get; }

    /// <summary>The gateway: its faults, and what has reached it.</summary>
    public SxtGatewayEmulator Gateway { get; }

    /// <summary>The instances, also those that were killed or stopped.</summary>
    /// <exception cref="InvalidOperationException">The farm was not started.</exception>
    public IReadOnlyList<SxtFarmInstance> Instances => [.. _instances.Select((_, index) => Get(index))];

    private IEnumerable<AppInstance<TProgram>> Running => _instances.OfType<AppInstance<TProgram>>().Where(instance => instance.IsRunning);

    /// <summary>
    /// Starts all instances, one after the other. Where a start waits (for a login before the app starts, of a gateway that takes its time) it needs
    /// <see cref="AdvanceAsync(TimeSpan)"/> beside it.
    /// </summary>
    /// <returns>The end of the start.</returns>
    public async Task StartAsync()
    {
        for (var index = 0; index < _instances.Length; index++)
        {
            await StartAsync(index).ConfigureAwait(false);
        }
    }

    /// <summary>Starts one instance, in the place of one that was killed or stopped.</summary>
    /// <param name="instance">Its index, from 0.</param>
    /// <returns>The end of the start.</returns>
    /// <exception cref="InvalidOperationException">It is running.</exception>
    public async Task StartAsync(int instance)
    {
        if (_instances[instance] is { IsRunning: true })
        {
            throw new InvalidOperationException($"Instance {instance} is running.");
        }

        var starting = new AppInstance<TProgram>(instance, Gateway, _room, Time, _configure);
        _all.Add(starting);
        await Task.Run(starting.Start).ConfigureAwait(false);
        _instances[instance] = starting;
    }

    /// <summary>
    /// Lets time pass, in steps of a second at most. Everything that is due happens on the way: renewals, polls, retries. A call to the gateway
    /// takes no time, unless <see cref="SxtGatewayEmulatorOptions.Latency"/> says so.
    /// </summary>
    /// <param name="time">How much.</param>
    /// <returns>The end of that time.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative.</exception>
    public Task AdvanceAsync(TimeSpan time) => AdvanceAsync(time, time + Step, static _ => Task.CompletedTask);

    /// <summary>
    /// Lets time pass as <see cref="AdvanceAsync(TimeSpan)"/>, and lets each running instance do something every so often, one after the other. While an
    /// action waits for time (a slow gateway, a pause before a retry), time passes for it, in steps of a tenth of a second; an action that needs none
    /// takes none. Turns that are due before the actions of the last one have ended are left out.
    /// </summary>
    /// <param name="time">How much.</param>
    /// <param name="every">How often.</param>
    /// <param name="action">What: a request of the app, for example.</param>
    /// <returns>The end of that time; later where the last action took time itself.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative, or <paramref name="every"/> is not positive.</exception>
    public async Task AdvanceAsync(TimeSpan time, TimeSpan every, Func<SxtFarmInstance, Task> action)
    {
        ArgumentNullException.ThrowIfNull(action);
        ArgumentOutOfRangeException.ThrowIfLessThan(time, TimeSpan.Zero);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(every, TimeSpan.Zero);
        var (until, next) = (Time.GetUtcNow() + time, Time.GetUtcNow() + every);
        while (true)
        {
            var now = Time.GetUtcNow();
            if (now >= next && now <= until)
            {
                // One turn, however many are due: the actions may have taken longer.
                while (next <= now)
                {
                    next += every;
                }

                foreach (var instance in Running.ToArray())
                {
                    await _onDemand.PassUntilEndOfAsync(action(instance)).ConfigureAwait(false);
                }
            }
            else if (now < until)
            {
                Time.Advance(new[] { Step, next - now, until - now }.Min());

                // What the app itself does in the background gets its turn. The action is to run on the thread pool, which is watched.
                await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
            }
            else
            {
                return;
            }
        }
    }

    /// <summary>
    /// Kills an instance, as a power cut does: nothing of it happens any more, it says goodbye to nobody, and a lock that it holds
    /// ends with its lease, five seconds later.
    /// </summary>
    /// <param name="instance">Its index, from 0.</param>
    /// <exception cref="InvalidOperationException">It was not started.</exception>
    public void Kill(int instance)
    {
        var killed = Get(instance);
        killed.Kill();
        _room.Forget(killed.Store);
        _room.LetLeasesEnd(killed.Store);
    }

    /// <summary>Stops an instance as a deployment does: it ends what it is doing. Time passes while that waits for time.</summary>
    /// <param name="instance">Its index, from 0.</param>
    /// <returns>The end of the stop.</returns>
    /// <exception cref="InvalidOperationException">It was not started.</exception>
    public Task StopAsync(int instance) => _onDemand.PassUntilEndOfAsync(Get(instance).StopAsync());

    /// <summary>Cuts an instance from the store, the lock and the notices that it shares with the others.</summary>
    /// <param name="instance">Its index, from 0.</param>
    /// <exception cref="InvalidOperationException">It was not started.</exception>
    public void CutFromStore(int instance) => Get(instance).Store.IsCut = true;

    /// <summary>Ends <see cref="CutFromStore"/>.</summary>
    /// <param name="instance">Its index, from 0.</param>
    /// <exception cref="InvalidOperationException">It was not started.</exception>
    public void ReconnectToStore(int instance) => Get(instance).Store.IsCut = false;

    /// <summary>Cuts an instance from the gateway: its logins and refreshes fail, and so do the app's own calls.</summary>
    /// <param name="instance">Its index, from 0.</param>
    /// <exception cref="InvalidOperationException">It was not started.</exception>
    public void CutFromGateway(int instance) => Get(instance).Gateway.IsCut = true;

    /// <summary>Ends <see cref="CutFromGateway"/>.</summary>
    /// <param name="instance">Its index, from 0.</param>
    /// <exception cref="InvalidOperationException">It was not started.</exception>
    public void ReconnectToGateway(int instance) => Get(instance).Gateway.IsCut = false;

    /// <summary>Empties the store, as a cache does that was restarted.</summary>
    public void ClearStore() => _room.Clear();

    /// <summary>All running instances use one session, which the farm shares, and it works.</summary>
    /// <param name="name">The identity's name; empty for the default one.</param>
    /// <exception cref="SxtFarmException">They don't.</exception>
    public void ShouldShareOneSession(string name = "") => FarmAssertions.ShareOneSession([.. Running], name);

    /// <summary>Each running instance answers a GET with success. Time passes while that waits for time.</summary>
    /// <param name="path">The path of the app's endpoint.</param>
    /// <returns>The end of the requests.</returns>
    /// <exception cref="SxtFarmException">One doesn't.</exception>
    public async Task ShouldAnswerAsync(string path)
    {
        foreach (var instance in Running.ToArray())
        {
            await _onDemand.PassUntilEndOfAsync(FarmAssertions.AnswersAsync(instance, path)).ConfigureAwait(false);
        }
    }

    /// <summary>Ends all instances and the gateway.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var instance in _all)
        {
            await _onDemand.PassUntilEndOfAsync(instance.DisposeAsync().AsTask()).ConfigureAwait(false);
        }

        await Gateway.DisposeAsync().ConfigureAwait(false);
    }

    private AppInstance<TProgram> Get(int index) =>
        _instances[index] ?? throw new InvalidOperationException($"Instance {index} was not started; call StartAsync first.");
}
