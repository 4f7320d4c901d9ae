namespace SxtAspNet.Testing;

/// <summary>What a test expects of a farm does not hold. The message lists its instances.</summary>
public sealed class SxtFarmException : Exception
{
    /// <summary>Creates it.</summary>
    public SxtFarmException()
    {
    }

    /// <summary>Creates it.</summary>
    /// <param name="message">What does not hold, and what was found.</param>
    public SxtFarmException(string message)
        : base(message)
    {
    }

    /// <summary>Creates it.</summary>
    /// <param name="message">What does not hold, and what was found.</param>
    /// <param name="innerException">What was thrown instead.</param>
    public SxtFarmException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
