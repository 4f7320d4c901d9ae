using System.Net;
using System.Net.Sockets;
using System.Threading.RateLimiting;

namespace SxtAspNet.Inbound;

/// <summary>
/// Which unknown tokens the gateway is asked about when they are many. Each address has a budget of calls and one of
/// refusals; half of what all have together is kept for addresses in good standing, those whose tokens were not refused, nor
/// answered with an error, lately. So a flood of forged tokens does not keep genuine callers of other addresses out.
/// </summary>
/// <remarks>Real time, unlike the rest: .NET's limiters have no other.</remarks>
internal sealed class ValidationLimits(SxtBearerOptions options) : IDisposable
{
    /// <summary>
    /// Addresses share this many budgets by their hash, which a caller can't foresee: memory stays bounded whatever number
    /// of addresses a flood has.
    /// </summary>
    private const int Slots = 1 << 16;

    private static readonly TimeSpan RefusalStep = TimeSpan.FromMinutes(1);

    private readonly PartitionedRateLimiter<int> _calls =
        Runtime.CreateDetached(() => PerSlot(options.MaxValidationsPerAddress, TimeSpan.FromSeconds(1)));

    private readonly PartitionedRateLimiter<int> _refusals =
        Runtime.CreateDetached(() => PerSlot(options.MaxRefusalsPerAddress, RefusalStep));

    // No budget of its own: a gateway that fails answers everybody with errors, and they are told so.
    private readonly PartitionedRateLimiter<int> _errorAnswers =
        Runtime.CreateDetached(() => PerSlot(1, RefusalStep));

    private readonly TokenBucketRateLimiter _total =
        Runtime.CreateDetached(() => new TokenBucketRateLimiter(Bucket(options.MaxValidationsPerSecond, TimeSpan.FromSeconds(1))));

    public enum Answer
    {
        Ask,
        AddressIsOver,
        AllAreOver,
    }

    /// <summary>The budget of a request's address; <see langword="null"/>: the address is not known.</summary>
    public static int? SlotOf(IPAddress? address)
    {
        if (address is null)
        {
            return null;
        }

        Span<byte> bytes = stackalloc byte[16];
        var plain = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        plain.TryWriteBytes(bytes, out var length);
        var hash = default(HashCode);
        hash.AddBytes(bytes[..(plain.AddressFamily is AddressFamily.InterNetworkV6 ? 8 : length)]);
        return (int)((uint)hash.ToHashCode() % Slots);
    }

    public bool IsInGoodStanding(int? slot) =>
        slot is not { } known
        || (_refusals.GetStatistics(known)!.CurrentAvailablePermits == options.MaxRefusalsPerAddress
            && _errorAnswers.GetStatistics(known)!.CurrentAvailablePermits > 0);

    /// <summary>Takes from the budgets what a call costs.</summary>
    /// <param name="slot">The address's.</param>
    /// <param name="running">How many calls are under way.</param>
    public Answer Admit(int? slot, int running)
    {
        // First, since it is told that it is over, while all others are told that the app is busy.
        if (slot is { } asking && IsOver(asking))
        {
            return Answer.AddressIsOver;
        }

        // Half, rounded up: a limit of one is for whoever comes.
        var isInGoodStanding = IsInGoodStanding(slot);
        if (running >= (isInGoodStanding ? options.MaxConcurrentValidations : (options.MaxConcurrentValidations + 1) / 2))
        {
            return Answer.AllAreOver;
        }

        if (!isInGoodStanding && _total.GetStatistics()!.CurrentAvailablePermits <= options.MaxValidationsPerSecond / 2)
        {
            return Answer.AllAreOver;
        }

        using var total = _total.AttemptAcquire();
        if (!total.IsAcquired)
        {
            return Answer.AllAreOver;
        }

        // Last, since a call that is not made costs the address nothing.
        using var calls = slot is { } known ? _calls.AttemptAcquire(known) : null;
        return calls?.IsAcquired is false ? Answer.AddressIsOver : Answer.Ask;
    }

    /// <summary>The gateway refused a token of this address.</summary>
    public void NoteRefusal(int? slot)
    {
        if (slot is { } known)
        {
            _refusals.AttemptAcquire(known).Dispose();
        }
    }

    /// <summary>The answer about a token of this address was an error: the address loses its good standing for a minute, and nothing else.</summary>
    public void NoteErrorAnswer(int? slot)
    {
        if (slot is { } known)
        {
            _errorAnswers.AttemptAcquire(known).Dispose();
        }
    }

    public void Dispose()
    {
        _calls.Dispose();
        _refusals.Dispose();
        _errorAnswers.Dispose();
        _total.Dispose();
    }

    /// <summary>Whether one of its budgets is used up.</summary>
    /// <remarks>The statistics count whole permits; to acquire none succeeds with the fraction of one.</remarks>
    private bool IsOver(int slot) =>
        _refusals.GetStatistics(slot)!.CurrentAvailablePermits == 0 || _calls.GetStatistics(slot)!.CurrentAvailablePermits == 0;

    private static PartitionedRateLimiter<int> PerSlot(int limit, TimeSpan period) =>
        PartitionedRateLimiter.Create<int, int>(slot => RateLimitPartition.GetTokenBucketLimiter(slot, _ => Bucket(limit, period)));

    private static TokenBucketRateLimiterOptions Bucket(int limit, TimeSpan period) =>
        new() { TokenLimit = limit, TokensPerPeriod = limit, ReplenishmentPeriod = period, QueueLimit = 0 };
}
