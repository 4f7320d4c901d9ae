namespace SxtAspNet.Keys;

/// <summary>An API key that stands in the settings themselves: in user secrets, or in an environment variable.</summary>
internal sealed class ApiKeySource(string value) : ISxtKeySource
{
    public ValueTask<SxtCredential> OpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            return new(SxtApiKey.FromValue(value));
        }
        catch (FormatException problem)
        {
            return ValueTask.FromException<SxtCredential>(
                new SxtAuthenticationException(SxtFailureReason.KeyUnavailable, $"The settings have no usable API key: {problem.Message}"));
        }
    }

    public override string ToString() => "the API key in the settings";
}

/// <summary>Key entries with an API key, and nothing more.</summary>
internal sealed class ApiKeySourceFactory : IKeySourceFactory
{
    public bool Handles(SxtKeyOptions entry) => !string.IsNullOrEmpty(entry.ApiKey) && entry.Kinds.Count == 0;

    public ISxtKeySource Create(SxtKeyOptions entry) => new ApiKeySource(entry.ApiKey!);
}
