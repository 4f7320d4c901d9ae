using System.Runtime.CompilerServices;
using SxtAspNet.Inbound;

namespace SxtAspNet.Tests.Inbound;

public sealed class ValidationLimitsTests
{
    private const int Address = 1;
    private const int OtherAddress = 2;

    private readonly SxtBearerOptions _options = new() { MaxConcurrentValidations = 4, MaxRefusalsPerAddress = 3, MaxValidationsPerAddress = 2 };

    [Fact]
    public void An_address_whose_tokens_were_refused_is_told_so_also_while_the_app_is_busy()
    {
        using var limits = new ValidationLimits(_options);
        for (var i = 0; i < _options.MaxRefusalsPerAddress; i++)
        {
            limits.NoteRefusal(Address);
        }

        Assert.Equal(ValidationLimits.Answer.AddressIsOver, limits.Admit(Address, running: _options.MaxConcurrentValidations));
        Assert.Equal(ValidationLimits.Answer.AllAreOver, limits.Admit(OtherAddress, running: _options.MaxConcurrentValidations));
    }

    [Fact]
    public void A_call_that_is_not_made_takes_nothing_from_a_budget()
    {
        using var limits = new ValidationLimits(_options);
        for (var i = 0; i < 10 * _options.MaxValidationsPerAddress; i++)
        {
            Assert.Equal(ValidationLimits.Answer.AllAreOver, limits.Admit(Address, running: _options.MaxConcurrentValidations));
        }

        Assert.Equal(ValidationLimits.Answer.Ask, limits.Admit(Address, running: 0));
    }

    [Fact]
    public void What_all_have_together_is_used_up_before_an_address_is_told_that_it_asks_too_much()
    {
        _options.MaxValidationsPerSecond = 1;
        using var limits = new ValidationLimits(_options);
        Assert.Equal(ValidationLimits.Answer.Ask, limits.Admit(OtherAddress, running: 0));

        for (var i = 0; i < 2 * _options.MaxValidationsPerAddress; i++)
        {
            Assert.Equal(ValidationLimits.Answer.AllAreOver, limits.Admit(Address, running: 0));
        }
    }

    [Fact]
    public void They_keep_nothing_of_the_request_that_made_them()
    {
        var (limits, seen) = Make(_options);

        GC.Collect();
        GC.WaitForPendingFinalizers();
        GC.Collect();

        Assert.False(seen.TryGetTarget(out _));
        limits.Dispose();

        [MethodImpl(MethodImplOptions.NoInlining)]
        static (ValidationLimits Limits, WeakReference<object> Seen) Make(SxtBearerOptions options)
        {
            var request = new AsyncLocal<object>();
            ValidationLimits? limits = null;
            var seen = new WeakReference<object>(new object());
            ExecutionContext.Run(ExecutionContext.Capture()!, _ =>
            {
                var value = new object();
                (request.Value, seen) = (value, new WeakReference<object>(value));
                limits = new ValidationLimits(options);
                limits.Admit(Address, running: 0);
            }, null);
            return (limits!, seen);
        }
    }
}
