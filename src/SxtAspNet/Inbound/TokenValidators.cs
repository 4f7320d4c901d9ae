using Microsoft.Extensions.Logging;
using SxtAspNet.Diagnostics;

namespace SxtAspNet.Inbound;

/// <summary>The validators of all schemes, each made when its first token arrives.</summary>
internal sealed class TokenValidators(Func<SxtBearerOptions, CallerGateway> gatewayOf, SxtInstruments instruments, ILogger logger) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly List<TokenValidator> _validators = [];

    /// <summary>The validator of a scheme; it goes with the options, which the app could replace at run time.</summary>
    public TokenValidator For(string scheme, SxtBearerOptions options) => options.Validator ?? Add(scheme, options);

    public void Invalidate(ReadOnlySpan<char> token)
    {
        lock (_gate)
        {
            foreach (var validator in _validators)
            {
                validator.Invalidate(token);
            }
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _validators.ForEach(validator => validator.Dispose());
            _validators.Clear();
        }
    }

    private TokenValidator Add(string scheme, SxtBearerOptions options)
    {
        lock (_gate)
        {
            if (options.Validator is null)
            {
                _validators.Add(options.Validator = new TokenValidator(scheme, options, gatewayOf(options), instruments.ForScheme(scheme), logger));
            }

            return options.Validator;
        }
    }
}
