namespace SxtAspNet.DependencyInjection;

/// <summary>Says that an identity of this name is registered.</summary>
internal sealed record IdentityRegistration(string Name)
{
    /// <summary>The name as a person reads it.</summary>
    public static string Display(string name) => name.Length == 0 ? "(default)" : name;
}
