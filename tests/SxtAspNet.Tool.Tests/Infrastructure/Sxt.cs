namespace SxtAspNet.Tool.Tests.Infrastructure;

/// <summary>Runs the tool's entry in this process.</summary>
internal static class Sxt
{
    public static Task<ToolResult> RunAsync(params string[] arguments) =>
        RunUntilAsync(TestContext.Current.CancellationToken, arguments);

    /// <summary>Runs it until a token says that the user pressed Ctrl+C.</summary>
    public static async Task<ToolResult> RunUntilAsync(CancellationToken stop, params string[] arguments)
    {
        await using var output = new StringWriter();
        await using var error = new StringWriter();
        var exitCode = await SxtTool.RunAsync(arguments, output, error, stop);
        return new ToolResult(exitCode, output.ToString(), error.ToString());
    }
}
