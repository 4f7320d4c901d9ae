using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using SxtAspNet.Testing;

namespace SxtAspNet.Aspire.Hosting;

/// <summary>What the dashboard can do to an emulator.</summary>
internal static class GatewayCommands
{
    public static void AddTo(IResourceBuilder<SxtGatewayResource> gateway)
    {
        Add(gateway, "fail", "Fail", "Answers every call with 503 until 'Work again'.", "PlugDisconnected",
            static emulator => emulator.InjectFault(SxtGatewayFault.Status(503)));
        Add(gateway, "lose-answer", "Lose an answer", "Does the next refresh, but drops the connection instead of answering.", "CommentOff",
            static emulator => emulator.InjectFault(SxtGatewayFault.DropAfter(times: 1, SxtGatewayCallKind.Refresh)));
        Add(gateway, "recover", "Work again", "Ends what 'Fail' and 'Lose an answer' began.", "PlugConnected",
            static emulator => emulator.ClearFaults());
        Add(gateway, "end-sessions", "End the sessions", "Ends all sessions of the apps' user, as a logout does.", "SignOut",
            static emulator => emulator.RevokeSessions(GatewayEmulation.UserId));
    }

    private static void Add(
        IResourceBuilder<SxtGatewayResource> gateway, string name, string displayName, string description, string icon, Action<SxtGatewayEmulator> command) =>
        gateway.WithCommand(
            name,
            displayName,
            async context =>
            {
                command(await gateway.Resource.GetEmulatorAsync(context.CancellationToken).ConfigureAwait(false));
                return CommandResults.Success();
            },
            new CommandOptions
            {
                Description = description,
                IconName = icon,
                UpdateState = _ => gateway.Resource.IsEmulated ? ResourceCommandState.Enabled : ResourceCommandState.Hidden,
            });
}
