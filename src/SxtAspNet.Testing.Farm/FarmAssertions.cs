using Microsoft.Extensions.DependencyInjection;

namespace SxtAspNet.Testing;

/// <summary>What a test expects of a farm. A failure lists all instances.</summary>
internal static class FarmAssertions
{
    public static void ShareOneSession(IReadOnlyList<SxtFarmInstance> instances, string name)
    {
        var found = instances.Select(instance => (instance, Status: Read(instance, name))).ToArray();
        var problem = found switch
        {
            [] => "no instance is running",
            _ when instances.Any(instance => instance.Services.GetKeyedService<SxtSessionSharing>(name) is null) =>
                "the app shares no session: under the test's settings it calls none of AddRedis, AddDistributedSession and ShareSession, and has no ISxtSessionStore",
            _ when found.Any(one => one.Status.State is not (SxtSessionState.Active or SxtSessionState.Degraded)) => "an instance has no usable token",
            _ when found.Any(one => one.Status.Mode == SxtSessionMode.Private) => "an instance uses a session of its own",
            _ when found.Select(one => one.Status.Generation).Distinct().Count() > 1 => "the instances use different sessions",
            _ => null,
        };

        if (problem is not null)
        {
            throw new SxtFarmException(string.Join(
                Environment.NewLine,
                [
                    $"The farm should share one session, but {problem}.",
                    .. found.Select(one => $"  instance {one.instance.Index}: {one.Status}{Explain(one.Status)}"),
                ]));
        }
    }

    public static async Task AnswersAsync(SxtFarmInstance instance, string path)
    {
        using var client = instance.CreateClient();
        using var response = await client.GetAsync(new Uri(path, UriKind.RelativeOrAbsolute)).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            var body = await response.Content.ReadAsStringAsync().ConfigureAwait(false);
            throw new SxtFarmException(
                $"GET {path} should succeed, but {instance} answered {(int)response.StatusCode}:{Environment.NewLine}{body}");
        }
    }

    private static SxtSessionStatus Read(SxtFarmInstance instance, string name) =>
        instance.Services.GetRequiredKeyedService<ISxtSession>(name).Status;

    private static string Explain(SxtSessionStatus status) => status.FailureMessage is { } message ? $"; {message}" : "";
}
