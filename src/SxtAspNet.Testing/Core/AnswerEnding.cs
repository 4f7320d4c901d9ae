namespace SxtAspNet.Testing.Core;

/// <summary>How much of an answer gets onto the wire.</summary>
internal enum AnswerEnding
{
    /// <summary>All of it.</summary>
    Complete,

    /// <summary>The connection ends in order before the headers do.</summary>
    InHeaders,

    /// <summary>The connection ends in order before the body does.</summary>
    InBody,

    /// <summary>Nothing: the connection is reset.</summary>
    Reset,
}
