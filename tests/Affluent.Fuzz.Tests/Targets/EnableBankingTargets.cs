using Affluent.Connectors.Contract;
using Affluent.Connectors.EnableBanking;
using Affluent.Connectors.Reading;
using Affluent.Connectors.Testing;

namespace Affluent.Fuzz.Tests.Targets;

/// <summary>The family of Enable Banking: what it answers, and what the connector keeps for itself.</summary>
internal static class EnableBankingTargets
{
    private static readonly ChannelDefinition Channel = new()
    {
        Id = new ChannelDefinitionId("101"),
        Mode = ChannelMode.Redirect,
        Connector = "enable_banking",
        AccountTypes = [BankAccountType.Checkings],
        Settings = new Dictionary<string, string>
        {
            ["application_id"] = "cf589be3-3755-465b-a8df-a90a16a31403",
            ["bank_name"] = "Bank",
            ["bank_country"] = "FI",
            ["enable_banking_url"] = "https://api.bank.example",
        },
    };

    // What it signs is nobody's to judge here, and keys are slow.
    private static readonly Seal Seal = new(null!, (_, _, _) => ValueTask.FromResult(new byte[32]));

    private static readonly BankAccount Account = new() { Reference = "h1", Currency = "EUR" };

    private static readonly string Allowed = new EnableBankingSession
    {
        SessionId = "S 1",
        Accounts = [new(Account, "U 1")],
    }.Write();

    private static readonly string Asked = new EnableBankingSession
    {
        Request = new("2", new Uri("https://pages.bank.example"), DateTimeOffset.UnixEpoch),
    }.Write();

    public static IEnumerable<FuzzTarget> All =>
        [
            FuzzTarget.OfBytes("enable-banking-list-accounts", ListAccounts, Listed, Refused),
            FuzzTarget.OfBytes("enable-banking-list-transactions", ListTransactions, Transactions, Refused),
            FuzzTarget.OfBytes("enable-banking-authorization", Authorize, Sent, Refused),
            FuzzTarget.OfBytes("enable-banking-return", Return, Opened, Refused),
            FuzzTarget.OfBytes("enable-banking-banks", Banks, BankList, Application),
            FuzzTarget.OfText("enable-banking-session", Session, Allowed, Asked, "{}"),
            FuzzTarget.OfText(
                "enable-banking-place",
                Place,
                """{"trail":{"address":"https://api.bank.example/accounts/U/transactions?continuation_key=1","number":2},"currency":"EUR","complete_from":"2026-01-01"}""",
                """{"trail":{"address":"http://api.bank.example/"}}"""
            ),
        ];

    private const string Listed = """
        200
        Content-Type: application/json

        { "status": "AUTHORIZED", "accounts": ["U 1"] }
        =====
        200

        { "balances": [ { "name": "x", "balance_amount": { "currency": "EUR", "amount": "-1.5" }, "balance_type": "ITBD", "reference_date": "2026-11-22",
            "last_change_date_time": "2026-11-22T09:00:00Z", "last_committed_transaction": "E1" } ] }
        """;

    private const string Transactions = """
        200

        { "transactions": [
            { "entry_reference": "E1", "transaction_amount": { "currency": "EUR", "amount": "-12.30" }, "credit_debit_indicator": "DBIT", "status": "BOOK",
              "booking_date": "2026-11-20", "creditor": { "name": "S3CRET" }, "remittance_information": ["S3CRET"], "merchant_category_code": "5814",
              "bank_transaction_code": { "description": "x", "code": "12", "sub_code": "32" } },
            { "transaction_amount": { "amount": 1 }, "credit_debit_indicator": "CRDT", "status": "PDNG", "reference_number": "RF1" } ], "continuation_key": "2" }
        =====
        200

        { "transactions": [ { "transaction_amount": {} } ], "continuation_key": null }
        """;

    private const string BankList = """
        { "aspsps": [
            { "name": "Bank", "country": "FI", "psu_types": ["personal", "business"], "auth_methods": [ { "name": "MTA", "psu_type": "business",
              "approach": "REDIRECT", "hidden_method": false, "maximum_consent_validity": 86400 } ], "maximum_consent_validity": 15552000, "beta": true,
              "bic": "NDEAFIHH", "required_psu_headers": ["Psu-Ip-Address"] },
            { "name": "Other", "country": "FI" } ] }
        """;

    private const string Application = """
        { "environment": "PRODUCTION", "active": true, "services": ["AIS", "PIS"], "countries": ["FI", "SE"], "redirect_urls": ["https://our.example/back"] }
        """;

    private const string Refused = """
        422

        { "message": "S3CRET", "code": 422, "error": "WRONG_TRANSACTIONS_PERIOD", "detail": { "date_from": "2026-05-01" } }
        """;

    private const string Sent = """
        200

        { "url": "https://pages.bank.example/welcome?sessionid=1", "authorization_id": "1", "psu_id_hash": "x" }
        """;

    private const string Opened = """
        200

        { "session_id": "S 1", "accounts": [ { "uid": "U 1", "account_id": { "iban": "FI21 1234" }, "all_account_ids": [ { "identification": "1", "scheme_name": "BBAN" } ],
            "name": "S3CRET", "details": "x", "cash_account_type": "CARD", "currency": "EUR", "usage": "ORGA", "identification_hash": "h1" } ] }
        """;

    private static object? ListAccounts(ReadOnlyMemory<byte> script) =>
        Take(script, new StepInput.ListAccounts(), Allowed);

    private static object? ListTransactions(ReadOnlyMemory<byte> script) =>
        Take(script, new StepInput.ListTransactions(Account, new DateOnly(2026, 1, 1)), Allowed);

    private static object? Authorize(ReadOnlyMemory<byte> script) => Take(script, new StepInput.ListAccounts(), "");

    private static object? Return(ReadOnlyMemory<byte> script) =>
        Take(script, new StepInput.Returned(new Uri("https://our.example/back?code=1&state=2")), Asked);

    private static object? Banks(ReadOnlyMemory<byte> bytes)
    {
        if (Json.Parse(bytes) is not { } json)
        {
            return null;
        }
        var standing = EnableBankingDirectory.Standing(json);
        Promise.Holds(
            standing is null || standing.Countries.All(country => country.Length == 2),
            "a country has two letters"
        );
        if (EnableBankingDirectory.Listed(json, "FI") is not { } list)
        {
            return standing?.Environment;
        }
        Promise.Holds(
            list.Banks.All(bank =>
                bank is { Country: "FI", Name.Length: > 0 and <= 200, ConsentDays: >= 1 and <= 3650 }
                && bank.PsuHeaders.Length <= 500
            ),
            "a bank can be asked for and agreed to"
        );
        Promise.Holds(
            list.Banks.DistinctBy(bank => (bank.Name, bank.PsuType)).Count() == list.Banks.Count,
            "each is listed once"
        );
        return $"{standing?.Environment} {Math.Min(list.Banks.Count, 2)} {Math.Min(list.Unread.Count, 2)}";
    }

    private static object? Session(string text)
    {
        var written = EnableBankingSession.Read(text).Write();
        Promise.Holds(
            EnableBankingSession.Read(written).Write() == written,
            "a session survives being written and read"
        );
        // A session of another connector, or of another version, must not stop a step.
        var nothing = InputText.Encode("401\n\n").AsMemory();
        return string.Join(
            ',',
            Take(nothing, new StepInput.ListAccounts(), text),
            Take(nothing, new StepInput.Returned(new Uri("https://our.example/back?code=1&state=2")), text),
            Take(nothing, new StepInput.Revoke(), text)
        );
    }

    private static object? Place(string text)
    {
        if (EnableBankingPlace.Read(text) is { } place)
        {
            var written = place.Write();
            Promise.Holds(
                EnableBankingPlace.Read(written)?.Write() == written,
                "a place survives being written and read"
            );
        }
        return Take(InputText.Encode("403\n\n{}").AsMemory(), new StepInput.Continue(text), Allowed);
    }

    private static string Take(ReadOnlyMemory<byte> script, StepInput input, string session)
    {
        using var bank = new ScriptedBank(script);
        var results = ConnectorSteps.Take(new EnableBankingConnector(), Channel, bank, input, session, Seal);
        foreach (var result in results)
        {
            Promise.Holds(
                result.Session == "" || EnableBankingSession.Read(result.Session).Write() == result.Session,
                "a session survives being written and read"
            );
        }
        return ConnectorSteps.Shape(results);
    }
}
