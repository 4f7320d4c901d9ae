using System.Reflection;
using Xunit.Sdk;
using Xunit.v3;

namespace SxtAspNet.Redis.Tests.Infrastructure;

/// <summary>Runs a theory against each kind of server.</summary>
internal sealed class EachServerAttribute : DataAttribute
{
    public override ValueTask<IReadOnlyCollection<ITheoryDataRow>> GetData(MethodInfo testMethod, DisposalTracker disposalTracker) =>
        new([.. Enum.GetValues<ServerKind>().Select(kind => new TheoryDataRow<ServerKind>(kind))]);

    public override bool SupportsDiscoveryEnumeration() => true;
}
