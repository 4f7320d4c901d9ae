namespace SxtAspNet;

/// <summary>Key entries that are set in code.</summary>
public static class SxtKeyOptionsExtensions
{
    extension(SxtKeyOptions entry)
    {
        /// <summary>
        /// A source in code, at the entry's place among the <see cref="SxtOptions.Keys"/>;
        /// <see cref="SxtBuilder.AddKeySource"/> adds one behind them, with services of the app.
        /// </summary>
        public ISxtKeySource? Source
        {
            get => entry.GetKind<ISxtKeySource>();
            set => entry.SetKind(value);
        }
    }
}
