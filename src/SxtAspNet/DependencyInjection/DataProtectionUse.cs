namespace SxtAspNet.DependencyInjection;

/// <summary>An identity whose session is sealed by the app's Data Protection.</summary>
internal sealed class DataProtectionUse;
