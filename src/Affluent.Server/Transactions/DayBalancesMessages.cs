using System.Text.Json.Serialization;
using Affluent.Ledger;
using Affluent.Server.Accounts;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Transactions;

/// <summary>The balance of an account at the end of a day.</summary>
internal sealed record DayBalanceMessage
{
    /// <summary>The day, as midnight in Europe/Paris in UTC seconds.</summary>
    public required long Date { get; init; }

    /// <summary>Signed, in units of the currency, exact.</summary>
    public required decimal Balance { get; init; }

    /// <summary>ISO 4217.</summary>
    public required string Currency { get; init; }

    /// <summary>KNOWN: the bank gave it. DERIVED: counted from one that it gave, by what is booked between the two days.</summary>
    public required DayBalanceOrigin Origin { get; init; }

    /// <summary>A page of those days that are wanted and of which the balance can be told, the latest first.</summary>
    /// <param name="totals">What is booked on each day.</param>
    public static IReadOnlyList<DayBalanceMessage> List(
        AccountRow account,
        IReadOnlyList<DayTotal> totals,
        Func<int, bool> wanted,
        Page page
    )
    {
        if (
            account is not { SyncedUntil: { } synced, Selected: true }
            || AccountBalances.Check(account) is not { } check
        )
        {
            return [];
        }
        var last = DayNumbers.From(synced);
        var foreign = totals.Where(total => total.HoldsOthers).Max(total => (int?)total.Day);
        var oldest = Math.Max(totals.Min(total => (int?)total.Day) ?? last, foreign + 1 ?? int.MinValue);
        int[] days =
        [
            .. BalanceHistory
                .Days(check, oldest, last)
                .Where(wanted)
                .Skip((int)Math.Min(page.Skip, int.MaxValue))
                .Take(page.Limit),
        ];
        return
        [
            .. BalanceHistory
                .Of(check, days, totals.ToDictionary(total => total.Day, total => total.Booked))
                .Select(balance => new DayBalanceMessage
                {
                    Date = ParisDay.Start(balance.Day),
                    Balance = Money.ToDecimal(balance.Amount, account.Currency),
                    Currency = account.Currency,
                    Origin = balance.Origin,
                }),
        ];
    }
}

/// <summary>What is booked on a day.</summary>
internal sealed record DayTotal
{
    public int Day { get; init; }

    /// <summary>The sum without its last nine decimal digits, and those: no amount that a bank sends makes the database overflow.</summary>
    public long High { get; init; }

    /// <inheritdoc cref="High"/>
    public long Low { get; init; }

    /// <summary>What the amounts have beyond minor units, see <see cref="Money.Split"/>.</summary>
    public long Rest { get; init; }

    /// <summary>How many rows are in another currency, and not in the sum.</summary>
    public long Others { get; init; }

    public decimal Booked => (High * 1_000_000_000m) + Money.Join(Low, Rest);

    public bool HoldsOthers => Others > 0;
}

/// <summary>Daily balances in v3.</summary>
/// <param name="Balances">The page of the list.</param>
internal sealed record DayBalancesV3Message(IReadOnlyList<DayBalanceV3Message> Balances)
{
    public static DayBalancesV3Message Of(IReadOnlyList<DayBalanceMessage> balances) =>
        new([.. balances.Select(DayBalanceV3Message.Of)]);
}

/// <summary>The balance of an account at the end of a day, in v3.</summary>
/// <param name="Date">The day: its midnight in Europe/Paris, in ISO 8601 with the offset of that day.</param>
/// <param name="Amount">Negative when the account is overdrawn.</param>
/// <param name="Origin">KNOWN: the bank gave it. DERIVED: counted from one that it gave, by what is booked between the two days.</param>
internal sealed record DayBalanceV3Message(DateTimeOffset Date, AmountV3Message Amount, DayBalanceOrigin Origin)
{
    public static DayBalanceV3Message Of(DayBalanceMessage balance) =>
        new(ParisDay.Time(balance.Date), AmountV3Message.Of(balance.Balance, balance.Currency), balance.Origin);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    Converters = [typeof(WordConverter<DayBalanceOrigin>)]
)]
[JsonSerializable(typeof(DayBalanceMessage))]
[JsonSerializable(typeof(IReadOnlyList<DayBalanceMessage>))]
[JsonSerializable(typeof(DayBalancesV3Message))]
internal sealed partial class DayBalancesJson : JsonSerializerContext;
