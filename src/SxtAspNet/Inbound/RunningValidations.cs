namespace SxtAspNet.Inbound;

/// <summary>
/// The validations under way: one per token, shared by all requests that present it and belonging to none of them, so
/// that a caller that gives up fails nobody else.
/// </summary>
internal sealed class RunningValidations(VerdictCache cache)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Validation> _running = new(StringComparer.Ordinal);
    private int _count;
    private bool _hasEnded;

    /// <summary>Joins the validation of a token, or starts it.</summary>
    /// <param name="key">The token's key.</param>
    /// <param name="decline">Why none is to be started, given how many there are; <see langword="null"/>: it may.</param>
    /// <param name="validate">Validates.</param>
    /// <returns>The verdict to come.</returns>
    public Task<TokenVerdict> Join(string key, Func<int, TokenVerdict?> decline, Func<Task<Outcome>> validate)
    {
        Validation validation;
        lock (_gate)
        {
            if (_running.TryGetValue(key, out var running))
            {
                return running.Verdict;
            }

            // One may have ended since the caller looked.
            if (cache.Find(key) is { } known)
            {
                return Task.FromResult(known);
            }

            if (decline(_count) is { } declined)
            {
                return Task.FromResult(declined);
            }

            _count++;
            _running.Add(key, validation = new Validation(key, validate));
        }

        // Without the request's AsyncLocals (identity, culture, trace): the work is not the request's.
        ThreadPool.UnsafeQueueUserWorkItem(
            static work => _ = work.Validations.RunAsync(work.Validation), (Validations: this, Validation: validation), preferLocal: false);
        return validation.Verdict;
    }

    /// <summary>Forgets a token; what a validation under way finds out is not remembered.</summary>
    public void Invalidate(string key)
    {
        lock (_gate)
        {
            _running.Remove(key);
            cache.Remove(key);
        }
    }

    /// <summary>Remembers nothing any more: the app ends, and the cache with it.</summary>
    public void End()
    {
        lock (_gate)
        {
            _hasEnded = true;
        }
    }

    private async Task RunAsync(Validation validation)
    {
        var outcome = await OutcomeAsync(validation).ConfigureAwait(false);
        lock (_gate)
        {
            _count--;
            if (_running.TryGetValue(validation.Key, out var running) && running == validation)
            {
                _running.Remove(validation.Key);
                if (!_hasEnded)
                {
                    cache.Add(validation.Key, outcome.Verdict, outcome.Since, outcome.Holds);
                }
            }
        }

        validation.Complete(outcome.Verdict);
    }

    /// <summary>Whatever happens: a validation that never ends would be waited for by all further requests.</summary>
    private static async Task<Outcome> OutcomeAsync(Validation validation)
    {
        try
        {
            return await validation.ValidateAsync().ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            var failure = new SxtValidationUnavailableException(
                SxtFailureReason.Unexpected, "The token could not be validated.", TimeSpan.FromSeconds(5), exception);
            return new(TokenVerdict.Unavailable(failure), 0, TimeSpan.Zero);
        }
    }

    /// <summary>What a validation found out, and for how long that is remembered.</summary>
    public readonly record struct Outcome(TokenVerdict Verdict, long Since, TimeSpan Holds);

    private sealed class Validation(string key, Func<Task<Outcome>> validate)
    {
        // A thousand requests may wait for it: they go on on threads of their own, not one after the other on this one.
        private readonly TaskCompletionSource<TokenVerdict> _verdict = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public string Key { get; } = key;

        public Task<TokenVerdict> Verdict => _verdict.Task;

        public Task<Outcome> ValidateAsync() => validate();

        public void Complete(TokenVerdict verdict) => _verdict.SetResult(verdict);
    }
}
