using System.Buffers.Text;
using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;
using Affluent.Connectors.Contract;
using Affluent.Ledger;
using Affluent.Server.Platform;
using Affluent.Server.Storage;

namespace Affluent.Server.Transactions;

/// <summary>Where a transaction comes from.</summary>
[JsonConverter(typeof(WordConverter<TransactionOrigin>))]
internal enum TransactionOrigin
{
    /// <summary>A bank told it.</summary>
    Transaction,

    /// <summary>As the bank told it, where the user has split or changed it: there is none yet.</summary>
    Original,

    /// <summary>Expected: no bank has told it yet.</summary>
    Upcoming,

    /// <summary>A bank told it, and it is one of those that come again and again.</summary>
    Recurring,

    /// <summary>Ordered for a later day.</summary>
    Scheduled,
}

/// <summary>A transaction as stored. Days count from 1970-01-01, times are UTC seconds, amounts minor units.</summary>
internal sealed record TransactionRow
{
    public UserId UserId { get; init; }
    public TransactionId Id { get; init; }
    public AccountId AccountId { get; init; }
    public string? BankId { get; init; }
    public long AmountMinor { get; init; }

    /// <summary>What the amount has beyond minor units; see <see cref="Money.Split"/>.</summary>
    public long? AmountRest { get; init; }

    /// <summary>In minor units, exact; no column.</summary>
    public decimal Amount => Money.Join(AmountMinor, AmountRest);
    public string Currency { get; init; } = "";
    public string Label { get; init; } = "";

    /// <summary>The bank's lines, joined by a newline; may be empty.</summary>
    public string Remittance { get; init; } = "";
    public string? Counterparty { get; init; }
    public TransactionType Type { get; init; }
    public TransactionStatus Status { get; init; }
    public string CategoryId { get; init; } = "";

    /// <summary>The day under which it is listed.</summary>
    public int Day { get; init; }
    public int? BookingDay { get; init; }
    public int? ValueDay { get; init; }
    public int? TransactionDay { get; init; }
    public string? CheckNumber { get; init; }

    /// <summary>The bank's code of the kind of movement.</summary>
    public string? BankCode { get; init; }
    public string? Mandate { get; init; }
    public string? CreditorId { get; init; }
    public string? EndToEndId { get; init; }

    /// <summary>ISO 18245.</summary>
    public string? MerchantCategory { get; init; }

    /// <summary>How sure the category is, in percent; null: there is none.</summary>
    public int? CategoryConfidence { get; init; }

    /// <summary>What decided the category.</summary>
    public CategoryWhy? CategoryWhy { get; init; }

    /// <summary>The client's rule that decided the category; it may be gone since.</summary>
    public CategoryRuleId? CategoryRuleId { get; init; }

    /// <summary>See <see cref="LabelParts.MerchantKey"/>.</summary>
    public string? MerchantKey { get; init; }

    /// <summary>How sure it is that this is the movement it is taken for, in percent; null: no doubt.</summary>
    public int? Confidence { get; init; }

    /// <summary>It may be the same as another one, from which it was kept apart.</summary>
    public bool Ambiguous { get; init; }

    /// <summary>Since when the bank no longer lists it, though its list covers the day.</summary>
    public long? MissingSince { get; init; }

    /// <summary>As what it is shown; no column.</summary>
    public TransactionOrigin Origin { get; init; }
    public long ImportedAt { get; init; }
    public long UpdatedAt { get; init; }

    /// <summary>By what it was matched last; null: it is as it came first, or nothing is to be said.</summary>
    public MatchTier? MatchTier { get; init; }

    /// <summary>What decided that, or left it open.</summary>
    public MatchReason? MatchReason { get; init; }

    /// <summary>Ids, separated by commas, of those that an ambiguous one may be, the likeliest first.</summary>
    public string? Candidates { get; init; }
    public ChangeSetId AddedIn { get; init; }
    public ChangeSetId ChangedIn { get; init; }

    /// <summary>Of one that is read with the changes: how many sets there were at that moment.</summary>
    public long ChangeHead { get; init; }

    /// <summary>Of one that is new: see <see cref="Originals.IsReturn"/>; no column.</summary>
    public bool GivesBack { get; init; }

    /// <summary>It was said to be the same as this one, which alone is shown.</summary>
    public TransactionId? MergedInto { get; init; }

    /// <summary>The transaction that this one gives back; null: none, or none that could be told.</summary>
    public TransactionId? OriginalId { get; init; }

    /// <summary>What the user or client put in the place of ours; null: nothing.</summary>
    public string? OwnCategoryId { get; init; }

    /// <inheritdoc cref="OwnCategoryId"/>
    public string? OwnLabel { get; init; }
    public string? OwnNote { get; init; }
}

/// <summary>Lists of ids in one column.</summary>
internal static class CandidateList
{
    public static string? Write(IEnumerable<TransactionId> ids) =>
        string.Join(',', ids) is { Length: > 0 } text ? text : null;

    public static IReadOnlyList<TransactionId> Read(string? text) =>
        text is null
            ? []
            : [.. text.Split(',').Select(id => new TransactionId(long.Parse(id, CultureInfo.InvariantCulture)))];
}

/// <summary>What is held of an account when its list is compared.</summary>
/// <param name="Settled">What was said of them.</param>
internal sealed record HeldTransactions(IReadOnlyList<TransactionRow> Rows, Settled Settled)
{
    public static readonly HeldTransactions None = new([], Settled.Nothing);
}

/// <summary>What a reconciliation found, to be written.</summary>
/// <param name="ChangeSet">Of the rows, too.</param>
/// <param name="Inserts">May be made as they are written.</param>
internal sealed record TransactionChanges(
    ChangeSetId ChangeSet,
    IReadOnlyList<TransactionRow> Inserts,
    IReadOnlyList<TransactionRow> Updates,
    IReadOnlyList<TransactionId> Disappeared,
    IReadOnlyList<TransactionId> Expired
)
{
    public bool IsEmpty => Inserts.Count + Updates.Count + Disappeared.Count + Expired.Count == 0;
}

/// <summary>Which transactions a caller asks for. Null means no restriction.</summary>
internal sealed record TransactionFilter
{
    /// <summary>One of them.</summary>
    public IReadOnlyList<TransactionId>? Ids { get; init; }
    public AccountId? AccountId { get; init; }

    /// <summary>Any of them.</summary>
    public IReadOnlyList<AccountId>? AccountIds { get; init; }
    public ConnectionId? ConnectionId { get; init; }
    public BankAccountType? AccountType { get; init; }
    public TransactionOrigin? Origin { get; init; }
    public IReadOnlyList<TransactionStatus>? IncludedStatuses { get; init; }
    public IReadOnlyList<TransactionStatus>? ExcludedStatuses { get; init; }
    public decimal? MinAmount { get; init; }
    public decimal? MaxAmount { get; init; }
    public decimal? Amount { get; init; }

    /// <summary>First and last day, both included.</summary>
    public int? FirstDay { get; init; }

    /// <inheritdoc cref="FirstDay"/>
    public int? LastDay { get; init; }
    public string? CategoryId { get; init; }

    /// <summary>Imported at this UTC second or later.</summary>
    public long? ImportedFrom { get; init; }

    /// <summary>In doubt, or not.</summary>
    public bool? Ambiguous { get; init; }

    /// <summary>Taken back by the bank, or not.</summary>
    public bool? Missing { get; init; }
}

/// <summary>
/// The last transaction of a page; the next page begins after it, also when new ones have come in front meanwhile. Over the wire it is
/// opaque.
/// </summary>
internal sealed record TransactionCursor(int Day, TransactionId Id)
{
    public string Text() =>
        Base64Url.EncodeToString(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{Day}.{Id}")));

    public static TransactionCursor? Read(string text)
    {
        Span<byte> bytes = stackalloc byte[64];
        if (text.Length > 64 || !Base64Url.IsValid(text))
        {
            return null;
        }
        var parts = Encoding.ASCII.GetString(bytes[..Base64Url.DecodeFromChars(text, bytes)]).Split('.');
        return
            parts is [var day, var id]
            && int.TryParse(day, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var dayNumber)
            && Ids.TryRead<TransactionId>(id, out var transaction)
            ? new TransactionCursor(dayNumber, transaction)
            : null;
    }
}
