namespace SxtAspNet;

/// <summary>Why a caller's token was refused.</summary>
public enum SxtTokenRefusal
{
    /// <summary>The Authorization header is not one bearer token.</summary>
    MalformedHeader,

    /// <summary>It is not a JWT as the gateway issues them.</summary>
    MalformedToken,

    /// <summary>It is longer than 4,096 characters.</summary>
    TooLong,

    /// <summary>It is a refresh token, or of another type that is not "access".</summary>
    NotAnAccessToken,

    /// <summary>It, or its session, is over.</summary>
    Expired,

    /// <summary>It is not valid yet.</summary>
    NotYetValid,

    /// <summary>Its user is not one that this app accepts.</summary>
    UserNotAllowed,

    /// <summary>The gateway says that it is not valid: forged, logged out, or replaced.</summary>
    RefusedByGateway,

    /// <summary>It names another user than the gateway does.</summary>
    UserMismatch,

    /// <summary>The gateway calls its user restricted (<see cref="SxtBearerOptions.RefuseRestricted"/>).</summary>
    Restricted,

    /// <summary>Its user is on trial (<see cref="SxtBearerOptions.RefuseTrial"/>).</summary>
    Trial,

    /// <summary>Its user's quota is used up (<see cref="SxtBearerOptions.RefuseQuotaExceeded"/>).</summary>
    QuotaExceeded,
}
