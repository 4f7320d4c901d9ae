using System.Text;
using Microsoft.Extensions.Configuration;

namespace SxtAspNet.Tests.Infrastructure;

internal static class TestConfiguration
{
    public static IConfigurationRoot FromJson(string json) =>
        new ConfigurationBuilder().AddJsonStream(new MemoryStream(Encoding.UTF8.GetBytes(json))).Build();

    /// <summary>Settings that a test can change; a change shows after Reload.</summary>
    public static IConfigurationRoot FromValues(params (string Key, string? Value)[] values) =>
        new ConfigurationBuilder()
            .AddInMemoryCollection(values.Select(pair => KeyValuePair.Create(pair.Key, pair.Value)))
            .Build();
}
