using Affluent.Connectors.BerlinGroup;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;

namespace Affluent.Fuzz.Tests.Targets;

/// <summary>The family of the Berlin Group: what banks answer, and what the connector keeps for itself.</summary>
internal static class BerlinGroupTargets
{
    private static readonly ChannelDefinition Redirect = Channel(ChannelMode.Redirect);
    private static readonly ChannelDefinition Embedded = Channel(ChannelMode.Embedded);

    private static readonly string Allowed = new BerlinGroupSession
    {
        AccessToken = $"{ConnectorSteps.Secret}-access",
        RefreshToken = $"{ConnectorSteps.Secret}-refresh",
        ConsentId = "C1",
        IsValid = true,
    }.Write();

    private static readonly string Asked = new BerlinGroupSession
    {
        ConsentId = "C1",
        Sca = new BerlinGroupScaPlace("https://api.bank.example/v1/consents/C1/authorisations/1", IsStart: false)
        {
            IsCode = true,
        },
    }.Write();

    private static readonly BankAccount Account = new() { Reference = "A1", Currency = "EUR" };

    public static IEnumerable<FuzzTarget> All =>
        [
            FuzzTarget.OfBytes("berlin-group-list-accounts", ListAccounts, Accounts, Refused) with
            {
                SharedFolder = "recordings/berlin-group",
            },
            FuzzTarget.OfBytes("berlin-group-list-transactions", ListTransactions, Transactions, Report, Refused) with
            {
                SharedFolder = "recordings/berlin-group",
            },
            FuzzTarget.OfBytes("berlin-group-consent", Consent, Agreed, Decoupled, Refused),
            FuzzTarget.OfBytes("berlin-group-answer", Answer, Methods, Failed, Refused),
            FuzzTarget.OfText("berlin-group-session", Session, Allowed, Asked, "{}"),
            FuzzTarget.OfText(
                "berlin-group-place",
                Place,
                """{"trail":{"address":"https://api.bank.example/v1/accounts/A1/transactions?page=2","number":2},"account":"A1"}""",
                """{"trail":{"address":"http://api.bank.example/"},"account":""}"""
            ),
        ];

    private const string Accounts = """
        200
        Content-Type: application/json

        { "accounts": [ { "resourceId": "A1", "iban": "DE67 1001", "currency": "EUR", "name": "S3CRET", "ownerName": "S3CRET", "cashAccountType": "CACC", "usage": "PRIV",
            "balances": [ { "balanceType": "closingBooked", "balanceAmount": { "amount": "12,50", "currency": "EUR" }, "referenceDate": "2026-11-20" } ],
            "_links": { "transactions": { "href": "/v1/accounts/A1/transactions" } } }, { "maskedPan": "4974XX" } ] }
        =====
        200

        { "balances": [ { "balanceType": "expected", "balanceAmount": { "amount": 1 } } ] }
        """;

    private const string Transactions = """
        200

        { "transactions": { "booked": [ { "transactionId": "1", "transactionAmount": { "amount": "-12.30", "currency": "EUR" }, "bookingDate": "2026-11-20",
              "creditorName": "S3CRET", "remittanceInformationUnstructured": "S3CRET" } ],
            "pending": [ { "transactionAmount": { "amount": 1 } } ], "_links": { "next": { "href": "?page=2" } } } }
        =====
        200

        { "_links": { "download": { "href": "https://api.bank.example/v1/files/1" } } }
        =====
        200

        { "cardTransactions": { "booked": { "cardTransactionId": "2", "transactionAmount": {} } } }
        """;

    private const string Report =
        "200\nContent-Type: text/plain\n\n:20:1\n:25:DE67\n:28C:1/1\n:60F:C261101EUR1,\n:61:2611201120D1,50NMSC\n:86:S3CRET\n:62F:D261120EUR0,50\n-";

    private const string Refused = """
        400

        { "tppMessages": [ { "category": "ERROR", "code": "PERIOD_INVALID", "text": "S3CRET" } ] }
        """;

    private const string Agreed = """
        201

        { "consentStatus": "received", "consentId": "C1", "_links": { "scaRedirect": { "href": "https://login.bank.example/sca?id=1" }, "status": { "href": "/v1/consents/C1/status" } } }
        """;

    private const string Decoupled = """
        201

        { "consentStatus": "received", "consentId": "C1", "psuMessage": "S3CRET", "chosenScaMethod": { "authenticationType": "PUSH_OTP", "authenticationMethodId": "1" },
          "_links": { "scaStatus": { "href": "/v1/consents/C1/authorisations/1" } } }
        """;

    private const string Methods = """
        200

        { "scaStatus": "psuAuthenticated", "scaMethods": [ { "authenticationType": "SMS_OTP", "authenticationMethodId": "1", "name": "SMS" },
            { "authenticationType": "PHOTO_OTP", "authenticationMethodId": "2" } ], "_links": { "selectAuthenticationMethod": { "href": "/v1/consents/C1/authorisations/1" } } }
        =====
        200

        { "scaStatus": "scaMethodSelected", "challengeData": { "image": "iVBORw0KGgo=", "otpMaxLength": 6, "otpFormat": "integer", "additionalInformation": "S3CRET" },
          "_links": { "authoriseTransaction": { "href": "/v1/consents/C1/authorisations/1" } } }
        =====
        200

        { "scaStatus": "finalised" }
        """;

    private const string Failed = """
        200

        { "scaStatus": "failed" }
        """;

    private static object? ListAccounts(ReadOnlyMemory<byte> script) =>
        Take(Redirect, script, new StepInput.ListAccounts(), Allowed);

    private static object? ListTransactions(ReadOnlyMemory<byte> script) =>
        Take(Redirect, script, new StepInput.ListTransactions(Account, new DateOnly(2026, 1, 1)), Allowed);

    private static object? Consent(ReadOnlyMemory<byte> script) =>
        (
            Take(Redirect, script, new StepInput.ListAccounts(), ""),
            Take(Embedded, script, new StepInput.ListAccounts(), "")
        );

    private static object? Answer(ReadOnlyMemory<byte> script) =>
        Take(
            Embedded,
            script,
            new StepInput.Answer(
                new Dictionary<string, string> { [Question.OneTimePassword.Field] = $"{ConnectorSteps.Secret}" }
            ),
            Asked
        );

    private static object? Session(string text)
    {
        var written = BerlinGroupSession.Read(text).Write();
        Promise.Holds(BerlinGroupSession.Read(written).Write() == written, "a session survives being written and read");
        // A session of another connector, or of another version, must not stop a step.
        var nothing = InputText.Encode("401\n\n").AsMemory();
        return string.Join(
            ',',
            Take(Redirect, nothing, new StepInput.ListAccounts(), text),
            Take(Redirect, nothing, new StepInput.Returned(new Uri("https://our.example/back?code=1&state=2")), text),
            Take(Embedded, nothing, new StepInput.Poll(), text),
            Take(Redirect, nothing, new StepInput.Revoke(), text)
        );
    }

    private static object? Place(string text)
    {
        if (BerlinGroupPlace.Read(text) is { } place)
        {
            var written = place.Write();
            Promise.Holds(
                BerlinGroupPlace.Read(written)?.Write() == written,
                "a place survives being written and read"
            );
        }
        return Take(Redirect, InputText.Encode("403\n\n{}").AsMemory(), new StepInput.Continue(text), Allowed);
    }

    private static string Take(ChannelDefinition channel, ReadOnlyMemory<byte> script, StepInput input, string session)
    {
        using var bank = new ScriptedBank(script);
        var results = ConnectorSteps.Take(new BerlinGroupConnector(), channel, bank, input, session);
        foreach (var result in results)
        {
            Promise.Holds(
                result.Session == "" || BerlinGroupSession.Read(result.Session).Write() == result.Session,
                "a session survives being written and read"
            );
        }
        return ConnectorSteps.Shape(results);
    }

    private static ChannelDefinition Channel(ChannelMode mode) =>
        new()
        {
            Id = new ChannelDefinitionId("101"),
            Mode = mode,
            Connector = "berlin_group",
            AccountTypes = [BankAccountType.Checkings],
            Credentials =
            [
                new("1", "psu_id", new Dictionary<string, string>(), CredentialType.Text),
                new("2", "password", new Dictionary<string, string>(), CredentialType.Pwd),
            ],
            Settings = new Dictionary<string, string>
            {
                ["authorize_url"] = "https://login.bank.example/authorize",
                ["token_url"] = "https://api.bank.example/token",
                ["api_url"] = "https://api.bank.example/v1",
                ["client_id"] = "affluent",
                ["client_secret"] = $"{ConnectorSteps.Secret}-client",
                ["oauth"] = "after_consent",
                ["consent_access"] = "all_accounts",
            },
        };
}
