using System.Text.Json;
using System.Text.Json.Nodes;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.Stet;

/// <summary>From the standard's words to ours (STET PSD2 API 1.4.0.47 and 1.5.0.43, data model). Pure.</summary>
internal static class StetReading
{
    /// <summary>True when the list names the account but shows no way to its data: the user's consent is wanted first.</summary>
    public static bool HidesData(JsonElement row, bool mixed) =>
        row.Text("resourceId") is null
        || (mixed && BankLinks.Href(row, "balances") is null && BankLinks.Href(row, "transactions") is null);

    /// <summary>Null when nothing in the row names the account.</summary>
    public static BankAccount? Account(JsonElement row, StetSettings settings, bool consentMissing)
    {
        var id = row.Item("accountId");
        var iban = (id?.Text("iban") ?? row.Text("iban"))
            ?.Replace(" ", "", StringComparison.Ordinal)
            .ToUpperInvariant();
        var number = id?.Item("other")?.Text("identification");
        var balances = row.Items("balances").ToArray();
        var currency =
            row.Text("currency")
            ?? id?.Text("currency")
            ?? balances.Select(b => b.Item("balanceAmount")?.Text("currency")).FirstOrDefault(c => c is not null)
            ?? settings.Interface.Currency;
        // Before consent some banks hide the resource id; IBAN and currency then name the account.
        if ((row.Text("resourceId") ?? (iban is null ? number : $"{iban}-{currency}")) is not { } reference)
        {
            return null;
        }
        var type = row.Text("cashAccountType")?.ToUpperInvariant() switch
        {
            "CACC" or null => BankAccountType.Checkings,
            "CARD" => BankAccountType.CreditCard,
            _ => (BankAccountType?)null,
        };
        var account = new BankAccount
        {
            Reference = reference,
            Iban = iban,
            Number = number,
            Name = row.Text("name") ?? row.Text("product") ?? row.Text("details"),
            Type = type,
            Currency = currency,
            Usage = row.Text("usage")?.ToUpperInvariant() switch
            {
                "PRIV" => BankAccountUsage.Personal,
                "ORGA" => BankAccountUsage.Professional,
                _ => null,
            },
            ConsentMissing = consentMissing,
            CreditCard =
                type == BankAccountType.CreditCard
                    ? new BankCreditCard(PayableAccount: row.Text("linkedAccount"))
                    : null,
        };
        return account with { Balances = Balances(balances, currency, settings.Interface.Zone) };
    }

    /// <summary>Every balance that can be read.</summary>
    public static IReadOnlyList<BankBalance> Balances(
        IEnumerable<JsonElement> rows,
        string accountCurrency,
        TimeZoneInfo zone
    ) => [.. rows.Select(row => BalanceRows.Read(row, accountCurrency, zone)).OfType<BankBalance>()];

    /// <summary>The rows of a list of transactions that are movements.</summary>
    public static IEnumerable<JsonElement> Rows(JsonElement list, StetSettings settings) =>
        settings.StatusWords.IsEmpty
            ? list.Items("transactions")
            : list.Items("transactions").Where(row => settings.StatusWords.Of(row.Text("status")) != RowStatus.Drop);

    /// <summary>Null when the row lacks what a transaction cannot do without: an amount with a direction, and a day once it is booked.</summary>
    public static BankTransaction? Transaction(
        JsonRow<StetMember> row,
        StetSettings settings,
        string? accountCurrency,
        DateOnly today
    )
    {
        var (amount, currency) = MoneyRow.Read(row.Item(StetMember.TransactionAmount), accountCurrency);
        if (Signed(amount, row.Text(StetMember.CreditDebitIndicator)) is not { } signed)
        {
            return null;
        }
        var booked = row.Day(StetMember.BookingDate, settings.Interface.Zone);
        var status = Status(row.Text(StetMember.Status), booked is not null, settings);
        var expected = booked ?? row.Day(StetMember.ExpectedBookingDate, settings.Interface.Zone);
        var value = row.Day(StetMember.ValueDate, settings.Interface.Zone);
        var made = row.Day(StetMember.TransactionDate, settings.Interface.Zone);
        if (expected is null && value is null && made is null)
        {
            if (status == BankTransactionStatus.Booked)
            {
                return null;
            }
            // Announced without any day: it stands as of the day of reading.
            made = today;
        }
        var credit = signed > 0;
        var parties = row.Item(StetMember.RelatedParties);
        var creditor = parties?.Item("creditor");
        return new BankTransaction
        {
            Id = row.Text(StetMember.EntryReference) ?? row.Text(StetMember.ResourceId),
            Amount = signed,
            Currency = currency ?? accountCurrency ?? settings.Interface.Currency,
            BookingDay = expected,
            ValueDay = value,
            TransactionDay = made,
            Status = status,
            Remittance = Remittance(row),
            Counterparty = (credit ? parties?.Item("debtor") : creditor)?.Text("name"),
            CreditorId = CreditorId(creditor?.Item("privateId")) ?? CreditorId(creditor?.Item("organisationId")),
            EndToEndId = row.Text(StetMember.EndToEndId),
            MerchantCategory = row.Text(StetMember.MerchantCategoryCode),
            Code = Code(row.Item(StetMember.BankTransactionCode)),
        };
    }

    /// <summary>What is wrong with a row of which <see cref="Transaction"/> makes nothing.</summary>
    public static UnreadableField Unreadable(JsonRow<StetMember> row) =>
        Signed(
            MoneyRow.Read(row.Item(StetMember.TransactionAmount), null).Amount,
            row.Text(StetMember.CreditDebitIndicator)
        )
            is null
            ? UnreadableField.Amount
            : UnreadableField.Day;

    /// <summary>The bank's id of a transaction; null when it gives none.</summary>
    public static string? IdOf(JsonElement row) => row.Text("entryReference") ?? row.Text("resourceId");

    /// <summary>How PUT /consents names an account: the bank's own words where we have them.</summary>
    public static JsonNode Identification(BankAccount account, StetAccountNote? note)
    {
        var id = note?.AccountId is { ValueKind: JsonValueKind.Object } own
            ? Members(own)
            : new JsonObject
            {
                ["iban"] = account.Iban,
                ["other"] = account.Number is null
                    ? null
                    : new JsonObject { ["identification"] = account.Number, ["schemeName"] = "CPAN" },
            };
        foreach (var empty in id.Where(p => p.Value is null).Select(p => p.Key).ToArray())
        {
            id.Remove(empty);
        }
        id.TryAdd("currency", account.Currency);
        return id;
    }

    // Of a member that stands twice the last counts, as everywhere.
    private static JsonObject Members(JsonElement element)
    {
        var members = new JsonObject();
        foreach (var member in element.EnumerateObject())
        {
            members[member.Name] = JsonNode.Parse(member.Value.GetRawText());
        }
        return members;
    }

    // Amounts are unsigned by the standard and the indicator gives the direction. A bank that writes -12.50 with DBIT means 12.50 out.
    private static decimal? Signed(decimal? amount, string? indicator) =>
        (amount, indicator?.ToUpperInvariant()) switch
        {
            (null, _) => null,
            (0, _) => 0,
            ({ } value, "CRDT") => Math.Abs(value),
            ({ } value, "DBIT") => -Math.Abs(value),
            ({ } value and < 0, null) => value,
            _ => null,
        };

    private static BankTransactionStatus Status(string? status, bool hasBookingDate, StetSettings settings) =>
        settings.StatusWords.Of(status) switch
        {
            RowStatus.Booked => BankTransactionStatus.Booked,
            RowStatus.Pending => BankTransactionStatus.Pending,
            RowStatus.Drop or null => StandardStatus(status, hasBookingDate, settings),
        };

    private static BankTransactionStatus StandardStatus(string? status, bool hasBookingDate, StetSettings settings) =>
        status?.ToUpperInvariant() switch
        {
            "BOOK" => BankTransactionStatus.Booked,
            "PDNG" or "FUTR" => BankTransactionStatus.Pending,
            "OTHR" when settings.OthrIsPending => BankTransactionStatus.Pending,
            "RJCT" => BankTransactionStatus.Rejected,
            null when hasBookingDate => BankTransactionStatus.Booked,
            null => BankTransactionStatus.Pending,
            _ => BankTransactionStatus.Other,
        };

    // 1.4: a list of lines; 1.5: { unstructured: [...], structured: [...] }; in the field also a bare text.
    private static string[] Remittance(JsonRow<StetMember> row)
    {
        List<string?> lines = [];
        if (row.Item(StetMember.RemittanceInformation) is { ValueKind: JsonValueKind.Object } both)
        {
            foreach (var line in both.Items("unstructured"))
            {
                lines.Add(line.AsText());
            }
            foreach (var line in both.Items("structured"))
            {
                lines.Add(line.AsText() ?? line.Item("creditorReferenceInformation")?.Text("reference"));
            }
        }
        else
        {
            foreach (var line in row.Items(StetMember.RemittanceInformation))
            {
                lines.Add(line.AsText());
            }
        }
        var clean = Lines.Clean(lines);
        return clean.Length > 0 ? clean : Lines.Clean([row.Text(StetMember.AdditionalTransactionInformation)]);
    }

    // The scheme name that ISO 20022 gives to SEPA creditor identifiers; parties carry identifications of other schemes too.
    private static string? CreditorId(JsonElement? identification) =>
        identification?.Text("schemeName")?.ToUpperInvariant() == "SEPA"
            ? identification?.Text("identification")
            : null;

    private static string? Code(JsonElement? code)
    {
        var iso = string.Join(
            '-',
            new[] { code?.Text("domain"), code?.Text("family"), code?.Text("subFamily") }.OfType<string>()
        );
        return iso.Length > 0 ? iso : code?.Text("code") ?? code?.AsText();
    }
}

/// <summary>The members of a transaction that are read.</summary>
internal enum StetMember
{
    ResourceId,
    EntryReference,
    TransactionAmount,
    CreditDebitIndicator,
    Status,
    BookingDate,
    ExpectedBookingDate,
    ValueDate,
    TransactionDate,
    RelatedParties,
    EndToEndId,
    MerchantCategoryCode,
    BankTransactionCode,
    RemittanceInformation,
    AdditionalTransactionInformation,
}
