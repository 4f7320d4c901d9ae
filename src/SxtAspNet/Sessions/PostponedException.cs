namespace SxtAspNet.Sessions;

/// <summary>Another instance's attempt failed a moment ago, so this one does not ask the gateway yet.</summary>
internal sealed class PostponedException(RenewalNote note, TimeSpan remaining) : SxtAuthenticationException(
    note.Reason,
    $"Another instance of the farm could not renew the session ({note.Reason}, failure {note.Failures} in a row; its log says why); "
    + $"the next attempt is due in {remaining.TotalSeconds:0.#} s.",
    innerException: null,
    remaining);
