namespace SxtAspNet.DependencyInjection;

/// <summary>Says that an identity of this name is registered.</summary>
internal sealed record IdentityRegistration(string Name);
