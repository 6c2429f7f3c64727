using Affluent.Connectors.Contract;

namespace Affluent.Ledger;

/// <summary>A balance as it is kept: exact money, whole days, UTC seconds.</summary>
public sealed record AccountBalance
{
    /// <summary>What is counted in it.</summary>
    public required BankBalanceKind Kind { get; init; }

    /// <summary>Signed minor units of <see cref="Currency"/>; a fraction where the bank counts finer.</summary>
    public required decimal Amount { get; init; }

    /// <summary>ISO 4217, upper case.</summary>
    public required string Currency { get; init; }

    /// <summary>The day that it speaks of (see <see cref="DayNumbers"/>); null: the time of reading.</summary>
    public int? Day { get; init; }

    /// <summary>When the bank changed it last; null when the bank does not say.</summary>
    public long? ChangedAt { get; init; }

    /// <summary>The bank's id of the last transaction that is counted in it; null when the bank does not say.</summary>
    public string? LastCommittedTransaction { get; init; }

    /// <summary>Whether a credit limit is counted in it; null when the bank does not say.</summary>
    public bool? CreditLimitIncluded { get; init; }

    /// <summary>Those of a bank's balances that have an exact value in their currency.</summary>
    public static IReadOnlyList<AccountBalance> Read(IEnumerable<BankBalance> balances) =>
        [.. balances.Select(Read).OfType<AccountBalance>()];

    private static AccountBalance? Read(BankBalance balance) =>
        Money.Read(balance.Amount, balance.Currency, out var amount) is null
            ? new AccountBalance
            {
                Kind = balance.Kind,
                Amount = amount,
                Currency = balance.Currency.Trim().ToUpperInvariant(),
                Day = balance.Day is { } day ? DayNumbers.From(day) : null,
                ChangedAt = balance.ChangedAt?.ToUnixTimeSeconds(),
                LastCommittedTransaction = BankText.Clean(balance.LastCommittedTransaction),
                CreditLimitIncluded = balance.CreditLimitIncluded,
            }
            : null;
}

/// <summary>Which of an account's balances is the balance.</summary>
public static class BalanceChoice
{
    /// <summary>The best first, where the catalogue says nothing of a bank.</summary>
    public static IReadOnlyList<BankBalanceKind> Usual { get; } =
    [
        BankBalanceKind.InterimBooked,
        BankBalanceKind.ClosingBooked,
        BankBalanceKind.OpeningBooked,
        BankBalanceKind.Expected,
        BankBalanceKind.ValueDate,
        BankBalanceKind.Other,
    ];

    /// <summary>The same for cards: what they have spent.</summary>
    public static IReadOnlyList<BankBalanceKind> UsualOfCards { get; } =
    [
        BankBalanceKind.Other,
        BankBalanceKind.Expected,
        BankBalanceKind.ClosingBooked,
        BankBalanceKind.ValueDate,
        BankBalanceKind.InterimBooked,
        BankBalanceKind.NonInvoiced,
    ];

    /// <summary>
    /// Of the balances in the account's currency the one of the best kind, and of that kind the one of the latest day (a
    /// deferred-debit card may show one per month). Kinds that <paramref name="order"/> does not name come after it, and a balance
    /// that counts a credit limit in after all others: it is not what is on the account. Null when there is none.
    /// </summary>
    public static AccountBalance? Of(
        IEnumerable<AccountBalance> balances,
        string currency,
        IReadOnlyList<BankBalanceKind> order
    ) =>
        balances
            .Where(balance => balance.Currency == currency)
            .OrderBy(balance => balance.CreditLimitIncluded == true)
            .ThenBy(balance => Rank(order, balance.Kind))
            .ThenByDescending(balance => balance.Day ?? int.MinValue)
            .FirstOrDefault();

    private static int Rank(IReadOnlyList<BankBalanceKind> order, BankBalanceKind kind)
    {
        for (var i = 0; i < order.Count; i++)
        {
            if (order[i] == kind)
            {
                return i;
            }
        }
        return order.Count + (int)kind;
    }
}
