using Affluent.Connectors.BerlinGroup;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.Connectors.Testing.Conformance;

namespace Affluent.Connectors.Tests.Support;

/// <summary>The smallest healthy bank of the Berlin Group: a consent, agreed to by OAuth2, and two accounts.</summary>
internal static class SmallBerlinGroupBank
{
    public const string Accounts = "/psd2/v1/accounts";
    public const string Consents = "/psd2/v1/consents";
    public const string Status = "/psd2/v1/consents/C-1/status";
    public const string Movements = "/psd2/v1/accounts/A1/transactions";
    private const string Code = "code-0123456789";

    public static ChannelDefinition Channel(params (string Name, string Value)[] more)
    {
        var settings = new Dictionary<string, string>
        {
            ["oauth"] = "after_consent",
            ["authorize_url"] = "https://login.xs2a.example/authorize",
            ["token_url"] = "https://api.xs2a.example/token",
            ["api_url"] = "https://api.xs2a.example/psd2/v1",
            ["client_id"] = "PSDFR-ACPR-12345",
            ["client_secret"] = "secret-0123456789",
        };
        foreach (var (name, value) in more)
        {
            settings[name] = value;
        }
        var channel = new ChannelDefinition
        {
            Id = new ChannelDefinitionId("101"),
            Mode = ChannelMode.Redirect,
            Connector = "berlin_group",
            AccountTypes = [BankAccountType.Checkings],
            Settings = settings,
        };
        Assert.Empty(new BerlinGroupConnector().Manifest.Check(channel));
        return channel;
    }

    public static FakeBank Bank() =>
        new FakeBank()
            .On("POST", "/token", _ => new Reply(SmallBanks.Tokens(SmallBanks.AccessToken, SmallBanks.RefreshToken)))
            .On(
                "POST",
                Consents,
                _ => new Reply(
                    """{ "consentStatus": "received", "consentId": "C-1", "_links": { "scaRedirect": { "href": "https://login.xs2a.example/consent/C-1" } } }""",
                    201
                )
            )
            .On("DELETE", $"{Consents}/C-1", _ => new Reply("", 204))
            .On(Status, """{ "consentStatus": "valid" }""")
            .On(
                Accounts,
                """
                { "accounts": [
                    { "resourceId": "A1", "iban": "DE02 1203 0000", "currency": "EUR", "name": "Girokonto", "cashAccountType": "CACC",
                      "ownerName": "Anna Braun", "usage": "PRIV", "status": "enabled",
                      "balances": [ { "balanceType": "interimBooked", "balanceAmount": { "amount": "10.00", "currency": "EUR" } } ],
                      "_links": { "transactions": { "href": "/v1/accounts/A1/transactions" } } },
                    { "resourceId": "S1", "bban": "53964486", "currency": "XXX", "cashAccountType": "SVGS" },
                    { "resourceId": "OLD", "iban": "DE03", "currency": "EUR", "status": "deleted" } ] }
                """
            )
            .On(
                "/psd2/v1/accounts/S1/balances",
                """{ "balances": [ { "balanceType": "expected", "balanceAmount": { "amount": "7.5", "currency": "CHF" } } ] }"""
            )
            .On(
                "GET",
                Movements,
                r => new Reply(
                    r.Address.Query.Contains("page=2", StringComparison.Ordinal)
                        ? """{ "transactions": { "booked": [ { "transactionId": "2", "transactionAmount": { "amount": "5", "currency": "EUR" }, "valueDate": "2026-11-19", "debtorName": "Otto" } ] } }"""
                        : """
                        { "transactions": {
                            "booked": [ { "transactionId": "1", "entryReference": "E1", "transactionAmount": { "amount": "-12.30", "currency": "EUR" }, "bookingDate": "2026-11-20",
                                "creditorName": "Café", "debtorName": "Anna", "mandateId": "M1", "remittanceInformationUnstructured": "Kaffee",
                                "remittanceInformationUnstructuredArray": [ "Kaffee", "Danke" ] } ],
                            "pending": [ { "transactionAmount": { "amount": "-1", "currency": "EUR" }, "creditorName": "Kiosk" } ],
                            "_links": { "next": { "href": "/v1/accounts/A1/transactions?page=2" } } } }
                        """
                )
            )
            .On("/psd2/v1/accounts/S1/transactions", """{ "transactions": { "booked": [] } }""");

    public static ConnectorRun Run(FakeBank bank, params (string Name, string Value)[] settings) =>
        new(new BerlinGroupConnector(), Channel(settings), bank);

    /// <summary>A connection whose user has agreed at the bank.</summary>
    public static ConnectorRun Allowed(FakeBank bank, params (string Name, string Value)[] settings)
    {
        var run = Run(bank, settings);
        run.Session = new BerlinGroupSession
        {
            AccessToken = SmallBanks.AccessToken,
            RefreshToken = SmallBanks.RefreshToken,
            ConsentId = "C-1",
            IsValid = true,
        }.Write();
        return run;
    }

    public static ConnectorUnderTest UnderTest() =>
        new()
        {
            Connector = () => new BerlinGroupConnector(),
            Channel = Channel(),
            Bank = Bank,
            Now = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero),
            Callback = new BankCallback(new Uri(ConnectorRun.CallbackAddress), "state-0123456789"),
            Secrets = ["secret-0123456789", SmallBanks.AccessToken, SmallBanks.RefreshToken, Code],
            User = question =>
                question is Question.Redirect
                    ? new StepInput.Returned(
                        new Uri($"{ConnectorRun.CallbackAddress}?code={Code}&state=state-0123456789")
                    )
                    : null,
        };
}
