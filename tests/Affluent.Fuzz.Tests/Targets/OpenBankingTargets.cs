using Affluent.Connectors.Contract;
using Affluent.Connectors.OpenBankingUk;
using Affluent.Connectors.Testing;

namespace Affluent.Fuzz.Tests.Targets;

/// <summary>The family UK Open Banking: what banks answer, and what the connector keeps for itself.</summary>
internal static class OpenBankingTargets
{
    private static readonly ChannelDefinition Channel = new()
    {
        Id = new ChannelDefinitionId("101"),
        Mode = ChannelMode.Redirect,
        Connector = "open_banking_uk",
        AccountTypes = [BankAccountType.Checkings],
        Settings = new Dictionary<string, string>
        {
            ["authorize_url"] = "https://login.bank.example/authorize",
            ["token_url"] = "https://api.bank.example/token",
            ["api_url"] = "https://api.bank.example/open-banking/v3.1/aisp",
            ["client_id"] = "affluent&co",
            ["client_secret"] = $"{ConnectorSteps.Secret}-client",
            ["request_object"] = "false",
            ["holder"] = "account_parties",
        },
    };

    private static readonly string Allowed = new OpenBankingSession
    {
        AccessToken = $"{ConnectorSteps.Secret}-access",
        RefreshToken = $"{ConnectorSteps.Secret}-refresh",
        ConsentId = "C 1",
    }.Write();

    private static readonly BankAccount Account = new() { Reference = "A 1", Currency = "GBP" };

    public static IEnumerable<FuzzTarget> All =>
        [
            FuzzTarget.OfBytes("open-banking-list-accounts", ListAccounts, Accounts, Refused) with
            {
                SharedFolder = "recordings/open-banking-uk",
            },
            FuzzTarget.OfBytes("open-banking-list-transactions", ListTransactions, Transactions, Refused) with
            {
                SharedFolder = "recordings/open-banking-uk",
            },
            FuzzTarget.OfBytes("open-banking-consent", Consent, Agreed, Refused),
            FuzzTarget.OfText("open-banking-session", Session, Allowed, "{}"),
            FuzzTarget.OfText(
                "open-banking-place",
                Place,
                """{"trail":{"address":"https://api.bank.example/open-banking/v3.1/aisp/accounts?page=2","number":2},"account":"A 1"}""",
                """{"trail":{"address":"http://api.bank.example/"}}"""
            ),
        ];

    private const string Accounts = """
        200
        Content-Type: application/json

        { "Data": { "Account": [ { "AccountId": "A 1", "Currency": "GBP", "AccountType": "Personal", "AccountSubType": "CurrentAccount", "Nickname": "S3CRET",
            "Account": [ { "SchemeName": "UK.OBIE.SortCodeAccountNumber", "Identification": "20167330023156", "Name": "S3CRET" },
                         { "SchemeName": "UK.OBIE.IBAN", "Identification": "GB53 MIIA" } ] } ] }, "Links": { "Next": "?page=2" } }
        =====
        200

        { "Data": { "Balance": [ { "CreditDebitIndicator": "Debit", "Type": "ITBD", "DateTime": "2026-11-22T09:00:00Z", "Amount": { "Amount": "7.5" },
            "CreditLine": [ { "Included": true, "Amount": { "Amount": "0" } } ] } ] } }
        =====
        200

        { "Data": { "Party": [ { "Name": "S3CRET" }, { "FullLegalName": "S3CRET" } ] } }
        =====
        200

        { "Data": {} }
        """;

    private const string Transactions = """
        200

        { "Data": { "Transaction": [
            { "TransactionId": "1", "CreditDebitIndicator": "Debit", "Status": "Booked", "BookingDateTime": "2026-11-20T00:00:00+00:00",
              "Amount": { "Amount": "-12.30", "Currency": "GBP" }, "TransactionInformation": "S3CRET", "MerchantDetails": { "MerchantCategoryCode": "5814" } },
            { "CreditDebitIndicator": "Credit", "Status": "PDNG", "Amount": { "Amount": 1 }, "SupplementaryData": { "Declined": true } } ] },
          "Links": { "Next": "/open-banking/v3.1/aisp/accounts/A1/transactions?page=2" } }
        =====
        200

        { "Data": { "Transaction": [ { "Amount": {} } ] } }
        """;

    private const string Refused = """
        400

        { "Code": "400", "Errors": [ { "ErrorCode": "UK.OBIE.Resource.InvalidConsentStatus", "Message": "S3CRET" } ] }
        """;

    private const string Agreed = """
        200

        { "access_token": "S3CRET-client", "expires_in": 300 }
        =====
        201

        { "Data": { "ConsentId": "C 1", "Status": "AWAU" } }
        """;

    private static object? ListAccounts(ReadOnlyMemory<byte> script) =>
        Take(script, new StepInput.ListAccounts(), Allowed);

    private static object? ListTransactions(ReadOnlyMemory<byte> script) =>
        Take(script, new StepInput.ListTransactions(Account, new DateOnly(2026, 1, 1)), Allowed);

    private static object? Consent(ReadOnlyMemory<byte> script) => Take(script, new StepInput.ListAccounts(), "");

    private static object? Session(string text)
    {
        var written = OpenBankingSession.Read(text).Write();
        Promise.Holds(OpenBankingSession.Read(written).Write() == written, "a session survives being written and read");
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
        if (OpenBankingPlace.Read(text) is { } place)
        {
            var written = place.Write();
            Promise.Holds(
                OpenBankingPlace.Read(written)?.Write() == written,
                "a place survives being written and read"
            );
        }
        return Take(InputText.Encode("403\n\n{}").AsMemory(), new StepInput.Continue(text), Allowed);
    }

    private static string Take(ReadOnlyMemory<byte> script, StepInput input, string session)
    {
        using var bank = new ScriptedBank(script);
        var results = ConnectorSteps.Take(new OpenBankingConnector(), Channel, bank, input, session);
        foreach (var result in results)
        {
            Promise.Holds(
                result.Session == "" || OpenBankingSession.Read(result.Session).Write() == result.Session,
                "a session survives being written and read"
            );
        }
        return ConnectorSteps.Shape(results);
    }
}
