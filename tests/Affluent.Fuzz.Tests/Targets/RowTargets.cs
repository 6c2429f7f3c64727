using System.Text;
using System.Text.Json;
using Affluent.Connectors.BerlinGroup;
using Affluent.Connectors.Contract;
using Affluent.Connectors.EnableBanking;
using Affluent.Connectors.OpenBankingUk;
using Affluent.Connectors.Reading;
using Affluent.Connectors.Stet;

namespace Affluent.Fuzz.Tests.Targets;

/// <summary>The rows of pages of transactions, which are read past any document: beside what a document of the same page says.</summary>
internal static class RowTargets
{
    private static readonly DateOnly Today = new(2026, 11, 22);

    private static readonly StetSettings StetBank = StetSettings.Of(Channel("stet"));
    private static readonly BerlinGroupSettings BerlinGroupBank = BerlinGroupSettings.Of(Channel("berlin_group"));
    private static readonly OpenBankingSettings OpenBankingBank = OpenBankingSettings.Of(Channel("open_banking_uk"));

    public static IEnumerable<FuzzTarget> All =>
        [
            FuzzTarget.OfBytes("rows-stet", StetPage, StetRow, StetOdd),
            FuzzTarget.OfBytes("rows-berlin-group", BerlinGroupPage, BerlinGroupRow, BerlinGroupOdd),
            FuzzTarget.OfBytes("rows-open-banking", OpenBankingPage, OpenBankingRow),
            FuzzTarget.OfBytes("rows-enable-banking", EnableBankingPage, EnableBankingRow),
        ];

    private const string StetRow = """
        { "transactions": [ { "resourceId": "T1", "entryReference": "AF5T", "status": "BOOK", "creditDebitIndicator": "DBIT",
            "transactionAmount": { "amount": "12.50", "currency": "EUR" }, "bookingDate": "2026-01-02", "valueDate": "2026-01-02T23:00:00Z",
            "remittanceInformation": { "unstructured": ["A", "B\u00e9"], "structured": [{ "creditorReferenceInformation": { "reference": "RF1" } }] },
            "relatedParties": { "creditor": { "name": "EDF", "privateId": { "schemeName": "SEPA", "identification": "FR47" } } },
            "bankTransactionCode": { "domain": "PMNT", "family": "CCRD", "subFamily": "POSD" } } ],
          "_links": { "next": { "href": "/p?page=2" } } }
        """;

    private const string StetOdd =
        """{"Transactions":{"transactionAmount":{"Amount":1},"creditDebitIndicator":"CRDT","remittanceInformation":"x"},"transactions":[null,[{}],{"st\u0061tus":"\\u0041"}]}""";

    private const string BerlinGroupRow = """
        { "transactions": { "booked": [ { "transactionId": "T1", "endToEndId": "E1", "creditorName": "Commerce", "transactionAmount": { "amount": "-1,5", "currency": "EUR" },
            "bookingDate": "2026-01-02", "remittanceInformationUnstructured": "Einkauf <br/> 1", "remittanceInformationStructuredArray": [{ "reference": "RF" }],
            "bankTransactionCode": "PMNT-CCRD-POSD" } ], "pending": [], "_links": { "next": { "href": "?page=2" } } } }
        """;

    private const string BerlinGroupOdd =
        """{"cardTransactions":{"Booked":{"transactionAmount":{"amount":"1"}},"booked":[{}],"booked":[],"information":[{}]},"transactions":null}""";

    private const string OpenBankingRow = """
        { "Data": { "Transaction": [ { "TransactionId": "T1", "CreditDebitIndicator": "Debit", "Status": "Booked", "BookingDateTime": "2026-01-02T10:43:07+00:00",
            "Amount": { "Amount": "10.00", "Currency": "GBP" }, "TransactionInformation": "Cash", "MerchantDetails": { "MerchantName": "X", "MerchantCategoryCode": "5411" },
            "BankTransactionCode": { "Code": "ReceivedCreditTransfer", "SubCode": "DomesticCreditTransfer" } } ] },
          "Links": { "Next": "/p?page=2" } }
        """;

    private const string EnableBankingRow = """
        { "transactions": [ { "entry_reference": "E1", "credit_debit_indicator": "DBIT", "status": "BOOK", "booking_date": "2026-01-02", "value_date": "2026-01-03",
            "transaction_amount": { "amount": "-10.00", "currency": "EUR" }, "remittance_information": ["Cash", "B"], "creditor": { "name": "X" },
            "merchant_category_code": "5411", "bank_transaction_code": { "code": "12", "sub_code": "32" } } ], "continuation_key": "2" }
        """;

    private static object? StetPage(ReadOnlyMemory<byte> page) =>
        Read(
            page,
            new StetRows(StetBank, "EUR", Today),
            json => [json.Item("transactions")],
            row => row.Text("entryReference") ?? row.Text("resourceId"),
            "transactionAmount"
        );

    private static object? BerlinGroupPage(ReadOnlyMemory<byte> page) =>
        Read(
            page,
            new BerlinGroupRows(BerlinGroupBank, "EUR", Today),
            json =>
                (json.Item("transactions") ?? json.Item("cardTransactions"))
                    is { ValueKind: JsonValueKind.Object } lists
                    ? lists
                        .EnumerateObject()
                        .Select(list => list.Name)
                        .Distinct(StringComparer.Ordinal)
                        .Where(list => BerlinGroupRows.StatusOf(list, BerlinGroupBank.StatusWords) is not null)
                        .Select(list => lists.Item(list))
                    : [],
            row => row.Text("transactionId") ?? row.Text("entryReference") ?? row.Text("cardTransactionId"),
            "transactionAmount"
        );

    private static object? OpenBankingPage(ReadOnlyMemory<byte> page) =>
        Read(
            page,
            new OpenBankingRows("GBP", OpenBankingBank.Interface.Zone, Today),
            json => [json.Item("Data", "Transaction")],
            row => row.Text("TransactionId"),
            "Amount"
        );

    private static object? EnableBankingPage(ReadOnlyMemory<byte> page) =>
        Read(
            page,
            new EnableBankingRows("EUR", Today),
            json => [json.Item("transactions")],
            row => row.Text("entry_reference"),
            "transaction_amount"
        );

    /// <summary>No row is lost, none is taken for another, and a page is JSON or none whichever way it is read.</summary>
    private static object? Read(
        ReadOnlyMemory<byte> bytes,
        RowReader reader,
        Func<JsonElement, IEnumerable<JsonElement?>> lists,
        Func<JsonElement, string?> id,
        string amount
    )
    {
        // As the body of an answer is handed over.
        var body = new JsonBody(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(bytes.Span)));
        var page = body.Page(reader);
        var document = body.Parse();
        Promise.Holds(page is null == document is null, "a page is JSON whichever way it is read");
        if (page is null || document is not { } json)
        {
            return null;
        }
        var rows = page.RowsOf(lists(page.Json));
        // What is only ordered for a day to come is no movement (Enable Banking).
        JsonElement[] written = [.. lists(json).SelectMany(Json.ItemsOf).Where(row => row.Text("status") != "SCHD")];
        Promise.Holds(rows.Transactions.Count + rows.Unreadable.Count == written.Length, "no row is lost");
        Promise.Holds(
            BankLinks.Href(json, "next") == BankLinks.Href(page.Json, "next"),
            "what stands around the rows stays"
        );
        var at = 0;
        foreach (var transaction in rows.Transactions)
        {
            while (
                at < written.Length
                && (
                    id(written[at]) != transaction.Id
                    || Math.Abs(written[at].Item(amount)?.Decimal(amount == "Amount" ? "Amount" : "amount") ?? -1)
                        != Math.Abs(transaction.Amount)
                )
            )
            {
                at++;
            }
            Promise.Holds(at++ < written.Length, "a transaction is one of the rows, in their order");
            Promise.Holds(
                (transaction.BookingDay ?? transaction.ValueDay ?? transaction.TransactionDay) is not null
                    && transaction.Currency != ""
                    && transaction.Remittance.All(line => line.Trim() != ""),
                "a transaction has a day, a currency and no empty line"
            );
        }
        return (Promise.Few(rows.Transactions.Count), Promise.Few(rows.Unreadable.Count), rows.AreNamed);
    }

    private static ChannelDefinition Channel(string family) =>
        new()
        {
            Id = new ChannelDefinitionId("101"),
            Mode = ChannelMode.Redirect,
            Connector = family,
            AccountTypes = [BankAccountType.Checkings],
            Settings = new Dictionary<string, string>
            {
                ["authorize_url"] = "https://login.bank.example/authorize",
                ["token_url"] = "https://api.bank.example/token",
                ["api_url"] = "https://api.bank.example/v1",
                ["client_id"] = "affluent",
                ["oauth"] = "after_consent",
                ["consent_access"] = "all_accounts",
            },
        };
}
