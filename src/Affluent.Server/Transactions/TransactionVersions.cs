using Affluent.Ledger;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Transactions;

/// <summary>What a transaction was before it changed. Times are UTC seconds, amounts minor units, days counted from 1970-01-01.</summary>
internal sealed record TransactionVersion
{
    /// <summary>Until when it was like this.</summary>
    public long Until { get; init; }
    public long AmountMinor { get; init; }
    public long? AmountRest { get; init; }
    public string Currency { get; init; } = "";
    public string Label { get; init; } = "";
    public string Remittance { get; init; } = "";
    public string? Counterparty { get; init; }
    public TransactionStatus Status { get; init; }
    public int Day { get; init; }
    public int? BookingDay { get; init; }
    public int? ValueDay { get; init; }
}

/// <summary>Keeps what transactions were before they changed.</summary>
internal static class TransactionVersions
{
    /// <summary>How many are kept of one transaction, the first ones: a bank that words a row anew at each reading fills no disk.</summary>
    public const int Most = 50;

    private const string Kept = """
        insert into transaction_versions (user_id, transaction_id, changed_in, until, amount_minor, amount_rest, currency, label, remittance,
            counterparty, status, day, booking_day, value_day)
        select t.user_id, t.id, @ChangeSet, @Now, t.amount_minor, t.amount_rest, t.currency, t.label, t.remittance, t.counterparty, t.status,
            t.day, t.booking_day, t.value_day
        from transactions t
        """;

    private const string BelowMost = """
        (select count(*) from transaction_versions v where v.user_id = t.user_id and v.transaction_id = t.id) < @Most
        """;

    /// <summary>Keeps those that are about to be updated from the staging table, where something differs that a reader sees.</summary>
    public static Task KeepStaged(DbWork db, UserId userId, ChangeSetId set, long now) =>
        db.Execute(
            $"""
            {Kept} join transaction_updates u on u.user_id = t.user_id and u.id = t.id
            where t.user_id = @UserId and {BelowMost} and (t.amount_minor <> u.amount_minor
                or t.amount_rest is distinct from u.amount_rest or t.currency <> u.currency
                or t.remittance <> u.remittance or t.counterparty is distinct from u.counterparty or t.status <> u.status
                or t.day <> u.day or t.booking_day is distinct from u.booking_day or t.value_day is distinct from u.value_day)
            """,
            new
            {
                UserId = userId,
                ChangeSet = set,
                Now = now,
                Most,
            }
        );

    /// <summary>Keeps these as they are now.</summary>
    public static Task Keep(
        DbWork db,
        UserId userId,
        IReadOnlyCollection<TransactionId> some,
        ChangeSetId set,
        long now
    ) =>
        db.Execute(
            $"{Kept} where t.user_id = @UserId and t.id {{in @ids}} and {BelowMost}",
            new
            {
                UserId = userId,
                ids = db.List(some),
                ChangeSet = set,
                Now = now,
                Most,
            }
        );

    /// <summary>Those of a transaction, the latest first.</summary>
    public static Task<IReadOnlyList<TransactionVersion>> Of(DbWork db, UserId userId, TransactionId id) =>
        db.Query<TransactionVersion>(
            """
            select until, amount_minor, amount_rest, currency, label, remittance, counterparty, status, day, booking_day, value_day
            from transaction_versions where user_id = @UserId and transaction_id = @Id order by until desc, changed_in desc
            """,
            new { UserId = userId, Id = id }
        );
}
