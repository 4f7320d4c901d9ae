using Microsoft.Extensions.Options;
using SxtAspNet.DependencyInjection;
using SxtAspNet.Keys;

namespace SxtAspNet.Tool.Doctor;

/// <summary>Do the keys open, with the checks of the app, and can they seal?</summary>
internal sealed class KeyCheck(ExaminedApp app, Diagnosis diagnosis)
{
    private const string Keys = "keys";
    private const string Seal = "seal";

    private readonly SxtOptions _options = app.Options;
    private readonly KeyOpener _opener = app.Get<KeyOpener>();

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var canSeal = new List<bool>();
        foreach (var source in _opener.SourcesFor(_options))
        {
            if (await OpenAsync(source, cancellationToken).ConfigureAwait(false) is { } opened)
            {
                canSeal.Add(opened);
            }
        }

        await CheckUserAsync(cancellationToken).ConfigureAwait(false);
        if (_options.Seal.Count > 0)
        {
            await OpenSealsAsync(cancellationToken).ConfigureAwait(false);
        }
        else if (app.Settings.RedisConnection is not null && canSeal is [false, ..])
        {
            diagnosis.Warn(
                Seal,
                "The first key can only sign, so it can't seal the session that the farm shares, and each instance keeps one of its own.",
                "Give the farm a seal of its own (Seal), unless the app calls UseDataProtection().");
        }
    }

    /// <returns>Whether it can seal; <see langword="null"/> when it did not open.</returns>
    private async Task<bool?> OpenAsync(ISxtKeySource source, CancellationToken cancellationToken)
    {
        try
        {
            var credential = await _opener.OpenAsync(source, _options, cancellationToken).ConfigureAwait(false);
            var (what, canSeal) = await _opener.UseAsync(source, credential, Describe, _options, cancellationToken).ConfigureAwait(false);
            diagnosis.Ok(Keys, $"{source}: {what}");
            return canSeal;
        }
        catch (SxtAuthenticationException failure)
        {
            diagnosis.Wrong(Keys, failure.Message);
            return null;
        }
        finally
        {
            app.ReportWarnings(Keys, diagnosis);
        }
    }

    private async Task OpenSealsAsync(CancellationToken cancellationToken)
    {
        foreach (var source in app.Get<SealSources>().For(_options))
        {
            try
            {
                using var key = await source.DeriveAsync(_options, cancellationToken).ConfigureAwait(false);
                diagnosis.Ok(Seal, $"{source}: a seal");
            }
            catch (SxtAuthenticationException failure)
            {
                diagnosis.Wrong(Seal, failure.Message);
            }

            app.ReportWarnings(Seal, diagnosis);
        }
    }

    private async Task CheckUserAsync(CancellationToken cancellationToken)
    {
        try
        {
            await UserIdCheck.RunAsync(app.Services, "", _options, cancellationToken).ConfigureAwait(false);
        }
        catch (OptionsValidationException problem)
        {
            diagnosis.Wrong(Keys, problem.Message);
        }
    }

    private static (string What, bool CanSeal) Describe(SxtCredential credential)
    {
        using var seal = SealKey.Derive(credential);
        var what = credential is SxtSigningKey key ? $"a signing key, whose public key is {Convert.ToBase64String(key.PublicKey.Span)}" : "an API key";
        return (what, seal is not null);
    }
}
