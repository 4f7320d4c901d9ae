namespace SxtAspNet;

/// <summary>When an instance logs in for the first time.</summary>
public enum SxtLoginAtStartup
{
    /// <summary>While the app starts, without holding it up; a failure is logged and tried again. The default.</summary>
    Background,

    /// <summary>Before the app serves its first request; a failure fails the start.</summary>
    Required,

    /// <summary>When the first request needs a token.</summary>
    OnDemand,
}
