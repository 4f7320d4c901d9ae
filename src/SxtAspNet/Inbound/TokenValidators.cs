using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using SxtAspNet.Diagnostics;

namespace SxtAspNet.Inbound;

/// <summary>The validators of all schemes, each made when its first token arrives.</summary>
internal sealed class TokenValidators(Func<SxtBearerOptions, CallerGateway> gatewayOf, SxtInstruments instruments, ILogger logger) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<string, TokenValidator> _validators = new(StringComparer.Ordinal);

    /// <summary>The validator of a scheme. It keeps the options of the first token, whatever the app replaces them by.</summary>
    public TokenValidator For(string scheme, SxtBearerOptions options) =>
        _validators.TryGetValue(scheme, out var validator) ? validator : Add(scheme, options);

    public void Invalidate(ReadOnlySpan<char> token)
    {
        foreach (var validator in _validators.Values)
        {
            validator.Invalidate(token);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var validator in _validators.Values)
            {
                validator.Dispose();
            }

            _validators.Clear();
        }
    }

    private TokenValidator Add(string scheme, SxtBearerOptions options)
    {
        lock (_gate)
        {
            if (!_validators.TryGetValue(scheme, out var validator))
            {
                validator = _validators[scheme] = new TokenValidator(scheme, options, gatewayOf(options), instruments.ForScheme(scheme), logger);
            }

            return validator;
        }
    }
}
