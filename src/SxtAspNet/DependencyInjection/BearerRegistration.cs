namespace SxtAspNet.DependencyInjection;

/// <summary>Says that an authentication scheme of this name is registered by AddSxtBearer; the key of its own services.</summary>
internal sealed record BearerRegistration(string Scheme);
