namespace Affluent.Connectors.EnableBanking;

/// <summary>For which days transactions are asked. Pure.</summary>
/// <param name="From">The first; null: it is not said.</param>
/// <param name="IsLongest">Whether the longest time is looked for that the bank gives (API reference 1.0.0, "TransactionsFetchStrategy").</param>
/// <param name="CompleteFrom">See <see cref="Contract.StepResult.Page.CompleteFrom"/>.</param>
internal sealed record EnableBankingPeriod(DateOnly? From, bool IsLongest, DateOnly? CompleteFrom)
{
    /// <summary>What banks give, whatever they refuse: so many days back.</summary>
    private static readonly int[] Usual = [89, 60, 30];

    /// <summary>What is asked for at first. Where all is wanted the user has mostly just agreed, and banks give most.</summary>
    /// <param name="mostDays">How many days are asked for where all are wanted; null: all.</param>
    public static EnableBankingPeriod First(DateOnly? wanted, int? mostDays, DateOnly today)
    {
        if (wanted is { } day)
        {
            return new(day > today ? today : day, false, null);
        }
        DateOnly? first = mostDays is { } days && days < today.DayNumber ? today.AddDays(-days) : null;
        return new(first, true, first);
    }

    /// <summary>What is asked for after a bank found that too long, one after the other.</summary>
    /// <param name="named">The first day that it names itself.</param>
    public IReadOnlyList<EnableBankingPeriod> Shorter(DateOnly? named, DateOnly today)
    {
        List<EnableBankingPeriod> shorter = [];
        if (named is { } day && day > (From ?? DateOnly.MinValue) && day <= today)
        {
            shorter.Add(new(day, false, day));
        }
        if (!IsLongest)
        {
            // How far that goes the bank does not say: what is older than the shortest time is not called missing.
            var sure = today.AddDays(-Usual[^1]);
            shorter.Add(new(From, true, From > sure ? From : sure));
        }
        shorter.AddRange(
            Usual
                .Select(days => today.AddDays(-days))
                .Where(first => From is null || first > From)
                .Select(first => new EnableBankingPeriod(first, false, first))
        );
        return shorter;
    }

    /// <summary>As a query, which every page of the list repeats.</summary>
    public string Query =>
        string.Join(
            '&',
            (
                (string?[])
                    [From is { } day ? $"date_from={day:yyyy-MM-dd}" : null, IsLongest ? "strategy=longest" : null]
            ).OfType<string>()
        );
}
