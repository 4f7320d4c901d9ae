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
}
