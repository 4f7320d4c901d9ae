namespace SxtAspNet;

/// <summary>The name of an identity as a person reads it.</summary>
internal static class IdentityName
{
    public static string Display(string name) => name.Length == 0 ? "(default)" : name;

    /// <summary>As the subject of a message.</summary>
    public static string Describe(string name) => $"Space and Time identity '{Display(name)}'";
}
