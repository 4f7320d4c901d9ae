namespace SxtAspNet;

/// <summary>Defaults of the authentication scheme for callers that present their own Space and Time token.</summary>
public static class SxtBearerDefaults
{
    /// <summary>The name of the scheme where none is given, and of its section below Authentication:Schemes.</summary>
    public const string AuthenticationScheme = "SxtBearer";
}
