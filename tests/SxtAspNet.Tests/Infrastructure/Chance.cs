using Microsoft.Extensions.DependencyInjection;

namespace SxtAspNet.Tests.Infrastructure;

/// <summary>What an instance draws by chance, as the test says; a draw that fails stands for what nobody has foreseen.</summary>
internal sealed class Chance
{
    public double Value { get; set; } = 0.5;

    public bool FailsNext { get; set; }

    /// <summary>In virtual time, and with detached work inline, as <see cref="TestApp"/> and a farm have it.</summary>
    public void Use(IServiceCollection services) => services.AddSingleton(provider => new Runtime(provider.GetRequiredService<TimeProvider>())
    {
        Random = Draw,
        StartDetached = static work => _ = work(),
        StartForeign = static call => call(),
        Completions = TaskCreationOptions.None,
    });

    private double Draw()
    {
        if (!FailsNext)
        {
            return Value;
        }

        FailsNext = false;
        throw new InvalidOperationException("Nobody has foreseen this.");
    }
}
