namespace SxtAspNet.Tool;

/// <summary>The operation failed. The message is for the one who gave the command, and holds no secret.</summary>
internal sealed class ToolException(string message, Exception? innerException = null) : Exception(message, innerException);

/// <summary>What the command found out can't be written, because stdout is closed or full.</summary>
internal sealed class OutputException(string message, Exception? innerException = null) : Exception(message, innerException);
