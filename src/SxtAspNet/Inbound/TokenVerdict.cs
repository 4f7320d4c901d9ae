using System.Diagnostics.CodeAnalysis;

namespace SxtAspNet.Inbound;

/// <summary>What is known about a token: whose it is, or why it is not accepted. It does not hold the token.</summary>
internal sealed class TokenVerdict
{
    private TokenVerdict()
    {
    }

    public AcceptedCaller? Caller { get; private init; }

    public Exception? Failure { get; private init; }

    [MemberNotNullWhen(true, nameof(Caller))]
    [MemberNotNullWhen(false, nameof(Failure))]
    public bool IsAccepted => Caller is not null;

    public static TokenVerdict Accept(AcceptedCaller caller) => new() { Caller = caller };

    public static TokenVerdict Refuse(SxtTokenRefusal reason) => new() { Failure = new SxtTokenRefusedException(reason) };

    public static TokenVerdict Unavailable(SxtValidationUnavailableException failure) => new() { Failure = failure };
}
