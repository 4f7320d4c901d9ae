namespace SxtAspNet.Sessions;

/// <summary>An attempt of the farm failed a moment ago, so this instance does not ask the gateway yet.</summary>
internal sealed class PostponedException(RenewalNote note, bool isOwn, TimeSpan remaining) : SxtAuthenticationException(
    note.Reason,
    $"{(isOwn ? "This" : "Another")} instance of the farm could not renew the session ({note.Reason}, failure {note.Failures} in a row; its log says why); "
    + $"the next attempt is due in {remaining.TotalSeconds:0.#} s.",
    innerException: null,
    remaining)
{
    /// <summary>Whether it was this instance's attempt: then the others go first.</summary>
    public bool IsOwn { get; } = isOwn;
}
