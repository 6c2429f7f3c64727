using System.Diagnostics;
using System.Numerics;
using System.Runtime.InteropServices;
using Affluent.Connectors.Contract;
using Affluent.Ledger;
using Affluent.Server.Accounts;
using Affluent.Server.Platform;
using Affluent.Server.Recordings;
using Affluent.Server.Storage;
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
)
{
    /// <summary>The last day to which the bank gave everything; null: to the day of reading.</summary>
    public DateOnly? CompleteUntil { get; init; }

    /// <summary>Rows of which the connector could make nothing.</summary>
    public IReadOnlyList<UnreadableField> Unreadable { get; init; } = [];
}

/// <summary>What to write after one account was read.</summary>
/// <param name="Faults">Why some of the bank's rows could not be kept; each once.</param>
/// <param name="Reading">From what it was decided; null: it is too large to be looked at again.</param>
internal sealed record ImportPlan(
    AccountRow Account,
    TransactionChanges Changes,
    IReadOnlyList<RowFault> Faults,
    RecordedReading? Reading
);

/// <summary>A reading beside what is held.</summary>
/// <param name="Faults">Of each of the bank's rows that could not be kept.</param>
internal sealed record Comparison(RecordedReading Recorded, Changes Changes, IReadOnlyList<RowFault> Faults)
{
    /// <summary>There are texts to be read for a category.</summary>
    public bool HasNewTexts => Changes.Inserts.Count > 0 || Changes.Updates.Any(update => update.TextChanged);
}

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
    /// late, far back. Balances are often ahead of the rows, so an old gap is looked into again: after 1, 2, 4, 8 … days, and whenever the
    /// user asks. Null: all adds up, or nothing more is to be found yet.
    /// </summary>
    public static DateOnly? LookBack(AccountRow before, ImportPlan plan, DateOnly? from, bool attended, DateOnly today)
    {
        var earliest = today.AddDays(-UnattendedDays);
        if (AccountBalances.Check(plan.Account) is not { Gap: { } gap } check || !(from > earliest))
        {
            return null;
        }
        var isDue =
            attended
            || gap != AccountBalances.Check(before)?.Gap
            || (check.FoundOn is { } found && BitOperations.IsPow2(DayNumbers.From(today) - found));
        return isDue ? earliest : null;
    }

    /// <summary>The days that the bank's list covered.</summary>
    public static Window WindowOf(BankReading reading)
    {
        var from = reading.CompleteFrom > reading.From || reading.From is null ? reading.CompleteFrom : reading.From;
        return new Window(
            from is { } day ? DayNumbers.From(day) : null,
            reading.CompleteUntil is { } until ? DayNumbers.From(until) : null
        );
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

    private static Window NothingComplete(DateTimeOffset now) =>
        new(DayNumbers.From(DateOnly.FromDateTime(now.UtcDateTime).AddYears(10)));

    public static ReconciliationRules RulesOf(ChannelDefinition channel, AccountRow account) =>
        new()
        {
            Ids = channel.TransactionIds,
            Settings = channel.Reconciliation,
            Demoted = account.IdsFault,
        };

    /// <summary>Compares the reading with what is held.</summary>
    public static Comparison Compare(
        AccountRow account,
        BankReading reading,
        HeldTransactions held,
        ChannelDefinition channel,
        DateTimeOffset now
    )
    {
        var movements = new List<Movement>(reading.Transactions.Count);
        List<RowFault> faults =
        [
            .. reading.Unreadable.Select(field =>
                field switch
                {
                    UnreadableField.Amount => RowFault.NoAmount,
                    UnreadableField.Day => RowFault.NoDay,
                }
            ),
        ];
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
        var stored = held.Rows.Select(Stored).ToArray();
        var recorded = new RecordedReading
        {
            Account = account.Id.Value,
            Channel = channel.Id.Value,
            Rules = RulesOf(channel, account),
            // A row that could not be kept may be any of those that are held: none of them is missing.
            Window = faults.Count == 0 ? WindowOf(reading) : NothingComplete(now),
            Held = stored,
            Listed = movements,
            Settled = held.Settled,
        };
        return new(
            recorded,
            Reconciliation.Reconcile(stored, movements, recorded.Rules, recorded.Window, held.Settled),
            faults
        );
    }

    /// <summary>What to write after a reading was compared with what is held.</summary>
    /// <param name="own">What was said of categories; looked at only where the comparison <see cref="Comparison.HasNewTexts"/>.</param>
    public static ImportPlan Plan(
        AccountRow account,
        BankReading reading,
        HeldTransactions held,
        Comparison comparison,
        OwnCategories own,
        ChannelDefinition channel,
        TimeZoneInfo zone,
        Ids ids,
        DateTimeOffset now
    )
    {
        var seconds = now.ToUnixTimeSeconds();
        var (recorded, changes, faults) = comparison;
        var byId = held.Rows.ToDictionary(t => t.Id.Value);
        var set = ids.Next<ChangeSetId>();
        var added = changes.Inserts.Select(_ => ids.Next<TransactionId>()).ToArray();
        var wordings = new Wordings(account.Type, own);
        var heldFrom = HeldFrom(reading, recorded.Rules);
        return new ImportPlan(
            BalanceImport.Plan(
                account with
                {
                    RowsLeftOut = faults.Count,
                    RowsLeftOutReasons =
                        faults.Count == 0 ? null : Vocabulary<RowFault>.Join(faults.Distinct().Order()),
                    IdsFault = changes.Ids.Fault,
                },
                reading,
                WithoutMerged(new(recorded.Held, changes, heldFrom, faults.Count > 0), byId),
                channel,
                zone,
                now
            ),
            new TransactionChanges(
                set,
                new OnDemand<TransactionRow>(
                    added.Length,
                    place => Added(account, set, added, place, changes.Inserts[place], wordings, seconds)
                ),
                [.. changes.Updates.Select(update => Updated(account, byId[update.Id], set, update, own, seconds))],
                [.. changes.Disappeared.Select(id => new TransactionId(id))],
                [.. changes.Expired.Select(id => new TransactionId(id))]
            ),
            [.. faults.Distinct().Order()],
            recorded.RowCount > RecordingRow.MostRows ? null : recorded
        );
    }

    // What was found to be another movement's second row counts with that one.
    private static ReadMovements WithoutMerged(ReadMovements all, Dictionary<long, TransactionRow> held) =>
        held.Values.All(row => row.MergedInto is null)
            ? all
            : all with
            {
                Stored = [.. all.Stored.Where(row => held[row.Id].MergedInto is null)],
                Changes = all.Changes with
                {
                    Updates = [.. all.Changes.Updates.Where(update => held[update.Id].MergedInto is null)],
                    Disappeared = [.. all.Changes.Disappeared.Where(id => held[id].MergedInto is null)],
                    Expired = [.. all.Changes.Expired.Where(id => held[id].MergedInto is null)],
                },
            };

    private static TransactionRow Added(
        AccountRow account,
        ChangeSetId set,
        TransactionId[] added,
        int place,
        Insert insert,
        Wordings wordings,
        long now
    ) =>
        Row(
            new Origin(account.UserId, added[place], account.Id, now, set),
            wordings.Of(insert.Movement),
            insert.Movement,
            insert.Evidence,
            insert.Evidence.Candidates.Select(id => new TransactionId(id)).Concat(insert.Beside.Select(p => added[p])),
            set,
            now
        );

    private static TransactionRow Updated(
        AccountRow account,
        TransactionRow old,
        ChangeSetId set,
        Update update,
        OwnCategories own,
        long now
    ) =>
        Row(
            new Origin(old.UserId, old.Id, old.AccountId, old.ImportedAt, old.AddedIn),
            update.TextChanged
                ? Wording.Of(update.Movement, account.Type, old.OwnCategoryId is null ? own : own.RulesAlone)
                : WordingOf(old),
            update.Movement,
            update.Evidence,
            update.Evidence.Candidates.Select(id => new TransactionId(id)),
            set,
            now
        );

    private static Wording WordingOf(TransactionRow old) =>
        new(
            old.Label,
            old.Type,
            Category: null,
            old.MerchantKey,
            new(old.CheckNumber, old.Mandate, old.CreditorId, old.EndToEndId),
            GivesBack: false
        );

    // In one piece: a row that is copied to be changed costs a first synchronization three for each.
    private static TransactionRow Row(
        Origin origin,
        Wording wording,
        Movement movement,
        Evidence evidence,
        IEnumerable<TransactionId> candidates,
        ChangeSetId set,
        long now
    )
    {
        var (minor, rest) = Money.Split(movement.Amount);
        return new()
        {
            UserId = origin.UserId,
            Id = origin.Id,
            AccountId = origin.AccountId,
            BankId = movement.BankId,
            AmountMinor = minor,
            AmountRest = rest,
            Currency = movement.Currency,
            Label = wording.Label,
            Remittance = movement.Text,
            Counterparty = movement.Counterparty,
            Type = wording.Type,
            Status = movement.Status,
            CategoryId = wording.Category?.Id ?? "",
            Day = movement.Day,
            BookingDay = movement.BookingDay,
            ValueDay = movement.ValueDay,
            TransactionDay = movement.TransactionDay,
            CheckNumber = movement.CheckNumber ?? wording.References.CheckNumber,
            BankCode = movement.Code,
            Mandate = movement.Mandate ?? wording.References.Mandate,
            CreditorId = movement.CreditorId ?? wording.References.CreditorId,
            EndToEndId = movement.EndToEndId ?? wording.References.EndToEndId,
            MerchantCategory = movement.MerchantCategory,
            CategoryConfidence = wording.Category is { Why: not CategoryWhy.None } sure ? sure.Confidence : null,
            CategoryWhy = wording.Category?.Why,
            CategoryRuleId = wording.Category?.RuleId is { } rule ? new CategoryRuleId(rule) : null,
            MerchantKey = wording.MerchantKey,
            Confidence = evidence.Confidence == 100 ? null : evidence.Confidence,
            Ambiguous = evidence.Ambiguous,
            ImportedAt = origin.ImportedAt,
            UpdatedAt = now,
            // That a row is new and in no doubt is the rule, and goes without saying.
            MatchTier = evidence is { Tier: MatchTier.New, Ambiguous: false } ? null : evidence.Tier,
            MatchReason = evidence is { Tier: MatchTier.New, Ambiguous: false } ? null : evidence.Reason,
            Candidates = evidence.Ambiguous ? CandidateList.Write(candidates) : null,
            AddedIn = origin.AddedIn,
            ChangedIn = set,
            GivesBack = wording.GivesBack,
        };
    }

    private static StoredTransaction Stored(TransactionRow row) =>
        new(
            row.Id.Value,
            new Movement
            {
                BankId = row.BankId,
                Amount = row.Amount,
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
        )
        {
            Candidates = [.. CandidateList.Read(row.Candidates).Select(id => id.Value)],
        };

    /// <summary>Whose a row is, and since when and by which change it is held.</summary>
    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Origin(
        UserId UserId,
        TransactionId Id,
        AccountId AccountId,
        long ImportedAt,
        ChangeSetId AddedIn
    );
}
