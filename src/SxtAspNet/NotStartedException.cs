namespace SxtAspNet;

/// <summary>A call into foreign code that was not made within its time limit.</summary>
/// <param name="limit">
/// The limit, within which no thread of the pool was free; <see langword="null"/>: earlier calls into the same code still block their
/// threads, to which no further one is added.
/// </param>
internal sealed class NotStartedException(TimeSpan? limit) : TimeoutException(limit is { } time
    ? $"no thread of the pool was free for it within {time.TotalSeconds:0.###} s; does code of the app block threads, with .Result or .Wait() say?"
    : "earlier calls still block their threads, so no other is made")
{
    /// <summary>Whether it is the app's pool that had no thread, which says nothing of the code to be called.</summary>
    public bool IsPoolStarved => limit is not null;
}
