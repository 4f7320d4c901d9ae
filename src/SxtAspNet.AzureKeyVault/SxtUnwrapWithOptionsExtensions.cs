namespace SxtAspNet;

/// <summary>Key files that a vault unwraps, set in code.</summary>
public static class SxtUnwrapWithOptionsExtensions
{
    extension(SxtKeyOptions entry)
    {
        /// <summary>What unwraps the entry's <see cref="SxtKeyOptions.File"/>; <c>AddSxt(…).AddAzureKeyVault()</c> opens it.</summary>
        public SxtUnwrapWithOptions? UnwrapWith
        {
            get => entry.GetKind<SxtUnwrapWithOptions>();
            set => entry.SetKind(value);
        }
    }
}
