using SxtAspNet.Inbound;

namespace SxtAspNet.Tests.Inbound;

public sealed class RunningValidationsTests : IDisposable
{
    private readonly VerdictCache _cache = new(10, TimeProvider.System);

    [Fact]
    public async Task A_validation_that_throws_is_an_answer_and_not_the_last_one_of_its_token()
    {
        var validations = new RunningValidations(_cache);
        List<int> running = [];

        for (var times = 0; times < 2; times++)
        {
            var verdict = await validations.Join("key", Count, () => throw new InvalidOperationException("A logger fails."))
                .WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
            var failure = Assert.IsType<SxtValidationUnavailableException>(verdict.Failure);
            Assert.Equal(SxtFailureReason.Unexpected, failure.Reason);
        }

        Assert.Equal([0, 0], running);

        TokenVerdict? Count(int others)
        {
            running.Add(others);
            return null;
        }
    }

    public void Dispose() => _cache.Dispose();
}
