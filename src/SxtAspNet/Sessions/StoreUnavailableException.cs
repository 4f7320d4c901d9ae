namespace SxtAspNet.Sessions;

/// <summary>The store or the lock did not answer in time, or failed, or nothing in it can be read or written.</summary>
internal sealed class StoreUnavailableException(string message, Exception? innerException = null)
    : Exception(message, innerException);
