using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace Affluent.Server.Transactions;

/// <summary>Words of the published API, as the database keeps them.</summary>
internal static class TransactionWords
{
    public const string Types =
        "CREDIT,DEBIT,INTEREST,DIVIDEND,BANK_FEE,DEPOSIT,ATM,POINT_OF_SALE,CREDIT_CARD_PAYMENT,INTERNAL_TRANSFER,"
        + "POTENTIAL_TRANSFER,CHECK,ELECTRONIC_PAYMENT,CASH,DIRECT_DEPOSIT,DIRECT_DEBIT,REPEATING_PAYMENT,OTHER";
    public const string Statuses = "BOOKED,PENDING,OTHER,EXPIRED,REJECTED,CANCELLED,REFUNDED";
    public const string Origins = "TRANSACTION,ORIGINAL,UPCOMING,RECURRING,SCHEDULED";

    /// <summary>The origin of everything that a bank has told: all that there is today.</summary>
    public const string FromTheBank = "TRANSACTION";
}

/// <summary>A transaction as stored. Days count from 1970-01-01, times are UTC seconds, amounts minor units.</summary>
internal sealed record TransactionRow
{
    public long Id { get; init; }
    public long AccountId { get; init; }
    public long AmountMinor { get; init; }
    public string Currency { get; init; } = "";
    public string Label { get; init; } = "";

    /// <summary>The bank's lines, joined by a newline; may be empty.</summary>
    public string Remittance { get; init; } = "";
    public string? Counterparty { get; init; }
    public string Type { get; init; } = "";
    public string Status { get; init; } = "";
    public string CategoryId { get; init; } = "";
    public int Day { get; init; }
    public int? BookingDay { get; init; }
    public int? ValueDay { get; init; }
    public int? TransactionDay { get; init; }
    public string? CheckNumber { get; init; }

    /// <summary>How sure it is that this is the movement it is taken for, in percent; null: no doubt.</summary>
    public int? Confidence { get; init; }

    /// <summary>It may be the same as another one, from which it was kept apart.</summary>
    public bool Ambiguous { get; init; }
    public long ImportedAt { get; init; }
    public long UpdatedAt { get; init; }
}

/// <summary>Which transactions a caller asks for. Null means no restriction.</summary>
internal sealed record TransactionFilter
{
    public long? AccountId { get; init; }
    public long? ConnectionId { get; init; }
    public string? AccountType { get; init; }
    public string? Origin { get; init; }
    public IReadOnlyList<string>? IncludedStatuses { get; init; }
    public IReadOnlyList<string>? ExcludedStatuses { get; init; }
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
}

/// <summary>
/// The last transaction of a page; the next page begins after it, also when new ones have come in front meanwhile. Over the wire it is
/// opaque.
/// </summary>
internal sealed record TransactionCursor(int Day, long Id)
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
            && long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var idNumber)
            ? new TransactionCursor(dayNumber, idNumber)
            : null;
    }
}
