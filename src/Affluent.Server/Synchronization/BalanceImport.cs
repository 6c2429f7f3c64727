using Affluent.Connectors.Contract;
using Affluent.Ledger;
using Affluent.Server.Accounts;
using Affluent.Server.Platform;

namespace Affluent.Server.Synchronization;

/// <summary>The movements of a reading, reconciled.</summary>
/// <param name="Stored">The rows that were held.</param>
/// <param name="StoredFrom">The first day from which they are all that is held; null: all of it.</param>
/// <param name="RowsLeftOut">Whether rows of the bank could not be kept.</param>
internal sealed record ReadMovements(
    IReadOnlyList<StoredTransaction> Stored,
    Changes Changes,
    int? StoredFrom,
    bool RowsLeftOut
);

/// <summary>Turns the bank's balances into those of an account, and checks them against its movements. Pure.</summary>
internal static class BalanceImport
{
    public static AccountRow Plan(
        AccountRow account,
        BankReading bank,
        ReadMovements movements,
        ChannelDefinition channel,
        TimeZoneInfo zone,
        DateTimeOffset now
    )
    {
        if (channel.Capabilities.Contains(Capability.StatementFiles) && IsOlder(account, bank, zone))
        {
            return account;
        }
        var balances = AccountBalance.Read(bank.Account.Balances);
        var state = BalanceCheck.Next(
            AccountBalances.Check(account),
            new BalanceReading
            {
                Currency = account.Currency,
                Balances = balances,
                Stored = movements.Stored,
                Changes = movements.Changes,
                StoredFrom = account.SyncedUntil is null ? null : movements.StoredFrom,
                WindowFrom = Import.WindowOf(bank).From,
                ReadBefore = account.SyncedUntil is { } last ? DayNumbers.From(last) : null,
                Today = DayNumbers.From(DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(now, zone).DateTime)),
                RowsLeftOut = movements.RowsLeftOut,
                CardOrLoan = account.Type is BankAccountType.Loan or BankAccountType.CreditCard,
            }
        );
        var row = AccountBalances.With(account, balances, state);
        var order =
            account.Type is BankAccountType.CreditCard
                ? Unless(channel.CardBalanceKinds, BalanceChoice.UsualOfCards)
                : Unless(channel.BalanceKinds, BalanceChoice.Usual);
        if (BalanceChoice.Of(balances, account.Currency, order) is not { } published)
        {
            return row;
        }
        var (minor, rest) = Money.Split(published.Amount);
        return row with
        {
            BalanceMinor = minor,
            BalanceRest = rest,
            BalanceAt = published.Day is { } day ? BankDay.Start(day, zone) : now.ToUnixTimeSeconds(),
        };
    }

    /// <summary>Tells of days before those of the balance that is held: a file that was brought late.</summary>
    private static bool IsOlder(AccountRow account, BankReading bank, TimeZoneInfo zone) =>
        (bank.CompleteUntil ?? bank.Account.Balances.Max(b => b.Day)) is { } last
        && account.BalanceAt > BankDay.Start(DayNumbers.From(last), zone);

    private static IReadOnlyList<BankBalanceKind> Unless(
        IReadOnlyList<BankBalanceKind> said,
        IReadOnlyList<BankBalanceKind> usual
    ) => said.Count > 0 ? said : usual;
}
