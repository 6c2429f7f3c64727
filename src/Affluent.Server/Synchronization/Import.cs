using System.Diagnostics;
using System.Runtime.InteropServices;
using Affluent.Connectors.Contract;
using Affluent.Ledger;
using Affluent.Server.Accounts;
using Affluent.Server.Platform;
using Affluent.Server.Transactions;

namespace Affluent.Server.Synchronization;

/// <summary>All that a bank told of one account in one run.</summary>
/// <param name="From">The day asked for; null: everything.</param>
/// <param name="CompleteFrom">The earliest day from which the bank gave everything, when it is later.</param>
internal sealed record BankReading(
    BankAccount Account,
    IReadOnlyList<BankTransaction> Transactions,
    DateOnly? From,
    DateOnly? CompleteFrom
);

/// <summary>What to write after one account was read.</summary>
/// <param name="Faults">Why some of the bank's rows could not be kept; each once.</param>
internal sealed record ImportPlan(AccountRow Account, TransactionChanges Changes, IReadOnlyList<RowFault> Faults);

/// <summary>Turns bank records into rows by way of the ledger. Pure.</summary>
internal static class Import
{
    /// <summary>Read again on both sides of the last reading: banks book late and move what they booked.</summary>
    public const int OverlapDays = 10;

    /// <summary>Without the user banks give no more (RTS 2018/389 art. 10a).</summary>
    public const int UnattendedDays = 89;

    /// <summary>From which day to read; null: as far back as the bank goes.</summary>
    /// <param name="oldestOpen">Day of the oldest transaction that may still book: it must be looked at to book or expire.</param>
    public static DateOnly? From(DateOnly? syncedUntil, DateOnly? oldestOpen, bool attended, DateOnly today)
    {
        if (syncedUntil is not { } last)
        {
            return null;
        }
        var from = last.AddDays(-OverlapDays);
        from = oldestOpen < from ? oldestOpen.Value : from;
        var earliest = today.AddDays(-UnattendedDays);
        return !attended && from < earliest ? earliest : from;
    }

    /// <summary>
    /// From which day to read once more, because the balance shows something that these days do not explain: a row that the bank booked
    /// late, far back. Null: all adds up, or the gap was there before and has been looked into.
    /// </summary>
    public static DateOnly? LookBack(AccountRow before, ImportPlan plan, DateOnly? from, DateOnly today)
    {
        var earliest = today.AddDays(-UnattendedDays);
        var gap = AccountBalances.Check(plan.Account)?.Gap;
        return gap is not null && gap != AccountBalances.Check(before)?.Gap && from > earliest ? earliest : null;
    }

    /// <summary>The days that the bank's list covered.</summary>
    public static Window WindowOf(BankReading reading)
    {
        var from = reading.CompleteFrom > reading.From || reading.From is null ? reading.CompleteFrom : reading.From;
        return new Window(from is { } day ? DayNumbers.From(day) : null);
    }

    /// <summary>
    /// From which day on the rows held must be compared; null: all. A bank that sends more than was asked for has it compared with
    /// all that is held of those days: its old rows are not new ones.
    /// </summary>
    public static int? HeldFrom(BankReading reading, ReconciliationRules rules)
    {
        if (WindowOf(reading).From is not { } from)
        {
            return null;
        }
        var earliest = reading
            .Transactions.SelectMany(t => new[] { t.BookingDay, t.TransactionDay, t.ValueDay })
            .Min(day => day is { } given ? DayNumbers.From(given) : (int?)null);
        return Math.Min(from, earliest ?? from) - rules.MarginDays;
    }

    public static ReconciliationRules RulesOf(ChannelDefinition channel) =>
        new() { Ids = channel.TransactionIds, Settings = channel.Reconciliation };

    /// <summary>Compares the reading with what is held and says what to write.</summary>
    public static ImportPlan Plan(
        AccountRow account,
        BankReading reading,
        IReadOnlyList<TransactionRow> held,
        ChannelDefinition channel,
        TimeZoneInfo zone,
        Func<TransactionId> newId,
        DateTimeOffset now
    )
    {
        var seconds = now.ToUnixTimeSeconds();
        var movements = new List<Movement>(reading.Transactions.Count);
        List<RowFault> faults = [];
        foreach (var transaction in reading.Transactions)
        {
            switch (Movement.Read(transaction))
            {
                case Reading.Row row:
                    movements.Add(row.Movement);
                    break;
                case Reading.Unusable unusable:
                    faults.Add(unusable.Fault);
                    break;
                default:
                    throw new UnreachableException();
            }
        }
        var stored = held.Select(Stored).ToArray();
        var rules = RulesOf(channel);
        var changes = Reconciliation.Reconcile(stored, movements, rules, WindowOf(reading));
        var byId = held.ToDictionary(t => t.Id.Value);
        var inserts = changes.Inserts.Select(insert =>
            Row(
                new Origin(account.UserId, newId(), account.Id, seconds),
                Worded(insert.Movement),
                insert.Movement,
                insert.Evidence,
                seconds
            )
        );
        return new ImportPlan(
            BalanceImport.Plan(
                account with
                {
                    RowsLeftOut = faults.Count,
                },
                reading,
                new ReadMovements(stored, changes, HeldFrom(reading, rules), faults.Count > 0),
                channel,
                zone,
                now
            ),
            new TransactionChanges(
                [.. inserts],
                [.. changes.Updates.Select(update => Updated(byId[update.Id], update, seconds))],
                [.. changes.Disappeared.Select(id => new TransactionId(id))],
                [.. changes.Expired.Select(id => new TransactionId(id))]
            ),
            [.. faults.Distinct().Order()]
        );
    }

    private static TransactionRow Updated(TransactionRow old, Update update, long now) =>
        Row(
            new Origin(old.UserId, old.Id, old.AccountId, old.ImportedAt),
            update.TextChanged ? Worded(update.Movement) : new Wording(old.Label, old.Type, old.CategoryId),
            update.Movement,
            update.Evidence,
            now
        );

    private static Wording Worded(Movement movement)
    {
        var parts = LabelParts.Of(movement);
        return new Wording(parts.Label, parts.Type, Categorization.Guess(movement, parts).Id);
    }

    // In one piece: a row that is copied to be changed costs a first synchronization three for each.
    private static TransactionRow Row(Origin origin, Wording wording, Movement movement, Evidence evidence, long now) =>
        new()
        {
            UserId = origin.UserId,
            Id = origin.Id,
            AccountId = origin.AccountId,
            BankId = movement.BankId,
            AmountMinor = movement.Amount,
            Currency = movement.Currency,
            Label = wording.Label,
            Remittance = movement.Text,
            Counterparty = movement.Counterparty,
            Type = wording.Type,
            Status = movement.Status,
            CategoryId = wording.CategoryId,
            Day = movement.Day,
            BookingDay = movement.BookingDay,
            ValueDay = movement.ValueDay,
            TransactionDay = movement.TransactionDay,
            CheckNumber = movement.CheckNumber,
            BankCode = movement.Code,
            Mandate = movement.Mandate,
            CreditorId = movement.CreditorId,
            EndToEndId = movement.EndToEndId,
            MerchantCategory = movement.MerchantCategory,
            Confidence = evidence.Confidence == 100 ? null : evidence.Confidence,
            Ambiguous = evidence.Ambiguous,
            ImportedAt = origin.ImportedAt,
            UpdatedAt = now,
        };

    private static StoredTransaction Stored(TransactionRow row) =>
        new(
            row.Id.Value,
            new Movement
            {
                BankId = row.BankId,
                Amount = row.AmountMinor,
                Currency = row.Currency,
                Text = row.Remittance,
                Counterparty = row.Counterparty,
                Status = row.Status,
                Day = row.Day,
                BookingDay = row.BookingDay,
                ValueDay = row.ValueDay,
                TransactionDay = row.TransactionDay,
                CheckNumber = row.CheckNumber,
                Code = row.BankCode,
                Mandate = row.Mandate,
                CreditorId = row.CreditorId,
                EndToEndId = row.EndToEndId,
                MerchantCategory = row.MerchantCategory,
            },
            row.MissingSince is not null,
            row.Confidence ?? 100,
            row.Ambiguous
        );

    /// <summary>Whose a row is, and since when it is held.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Origin(UserId UserId, TransactionId Id, AccountId AccountId, long ImportedAt);

    /// <summary>What the ledger makes of a movement's text.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Wording(string Label, TransactionType Type, string CategoryId);
}
