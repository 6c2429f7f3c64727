using Affluent.Connectors.Contract;
using Affluent.Connectors.OpenBankingUk;
using Affluent.Connectors.Testing;
using Affluent.Connectors.Testing.Conformance;

namespace Affluent.Connectors.Tests.Support;

/// <summary>The smallest healthy bank of UK Open Banking: a consent, agreed to by OAuth2, an account in the words of 3.1 and a card in those of 4.0.</summary>
internal static class SmallOpenBankingBank
{
    public const string Base = "/open-banking/v4.0/aisp";
    public const string Consents = $"{Base}/account-access-consents";
    public const string Accounts = $"{Base}/accounts";
    public const string Movements = $"{Base}/accounts/A1/transactions";
    public const string ClientToken = "client-token-0123456789";
    private const string Code = "code-0123456789";

    public static ChannelDefinition Channel(params (string Name, string Value)[] more)
    {
        var settings = new Dictionary<string, string>
        {
            ["authorize_url"] = "https://login.uk.example/authorize",
            ["token_url"] = "https://api.uk.example/token",
            ["token_auth"] = "private_key_jwt",
            ["api_url"] = $"https://api.uk.example{Base}",
            ["client_id"] = "client-of-ours",
        };
        foreach (var (name, value) in more)
        {
            settings[name] = value;
        }
        var channel = new ChannelDefinition
        {
            Id = new ChannelDefinitionId("101"),
            Mode = ChannelMode.Redirect,
            Connector = "open_banking_uk",
            AccountTypes = [BankAccountType.Checkings],
            Settings = settings,
        };
        Assert.Empty(new OpenBankingConnector().Manifest.Check(channel));
        return channel;
    }

    public static FakeBank Bank() =>
        new FakeBank()
            .On(
                "POST",
                "/token",
                r => new Reply(
                    r.Body.Contains("client_credentials", StringComparison.Ordinal)
                        ? SmallBanks.Tokens(ClientToken, null)
                        : SmallBanks.Tokens(SmallBanks.AccessToken, SmallBanks.RefreshToken)
                )
            )
            .On("POST", Consents, _ => new Reply("""{ "Data": { "ConsentId": "C 1", "Status": "AWAU" } }""", 201))
            .On("DELETE", $"{Consents}/C%201", _ => new Reply("", 204))
            .On(
                Accounts,
                """
                { "Data": { "Account": [
                    { "AccountId": "A1", "Status": "Enabled", "Currency": "GBP", "AccountType": "Personal", "AccountSubType": "CurrentAccount", "Nickname": "Bills",
                      "Account": [ { "SchemeName": "UK.OBIE.SortCodeAccountNumber", "Identification": "20167330023156", "Name": "MR ROBIN HOOD" },
                                   { "SchemeName": "UK.OBIE.IBAN", "Identification": "gb53 miia 0512", "Name": "MR ROBIN HOOD" } ] },
                    { "AccountId": "C1", "Currency": "GBP", "AccountCategory": "Business", "AccountTypeCode": "CARD",
                      "Account": [ { "SchemeName": "UK.OBIE.PAN", "Identification": "************0002" } ] },
                    { "AccountId": "A1", "Account": [ { "SchemeName": "UK.OBIE.BBAN", "Identification": "1" } ] },
                    { "AccountId": "OLD", "Status": "Deleted" } ] },
                  "Links": { "Self": "https://api.uk.example/open-banking/v4.0/aisp/accounts", "Next": "" } }
                """
            )
            .On(
                $"{Accounts}/A1/balances",
                """
                { "Data": { "Balance": [ { "AccountId": "A1", "CreditDebitIndicator": "Credit", "Type": "InterimBooked", "DateTime": "2026-11-22T09:00:00Z",
                    "Amount": { "Amount": "10.00", "Currency": "GBP" } } ] } }
                """
            )
            .On(
                $"{Accounts}/C1/balances",
                """
                { "Data": { "Balance": [ { "CreditDebitIndicator": "Debit", "Type": "ITBD", "Amount": { "Amount": "7.5" } },
                    { "CreditDebitIndicator": "Credit", "Type": "ITAV", "Amount": { "Amount": "992.50", "Currency": "GBP" },
                      "CreditLine": [ { "Included": true, "Amount": { "Amount": "1000.00", "Currency": "GBP" } } ] } ] } }
                """
            )
            .On(
                "GET",
                Movements,
                r => new Reply(
                    r.Address.Query.Contains("page=2", StringComparison.Ordinal)
                        ? """
                        { "Data": { "Transaction": [ { "TransactionId": "2", "CreditDebitIndicator": "Credit", "Status": "BOOK", "BookingDateTime": "2026-11-19T00:00:00+00:00",
                            "Amount": { "Amount": "5", "Currency": "GBP" }, "DebtorAccount": { "Name": "Little John" }, "BankTransactionCode": { "Code": "PMNT", "SubCode": "RCDT" } } ] } }
                        """
                        : """
                        { "Data": { "Transaction": [
                            { "TransactionId": "1", "CreditDebitIndicator": "Debit", "Status": "Booked", "BookingDateTime": "2026-11-20T00:00:00+00:00", "ValueDateTime": "2026-11-21T00:00:00+00:00",
                              "Amount": { "Amount": "-12.30", "Currency": "GBP" }, "TransactionInformation": "TEA SHOP", "MerchantDetails": { "MerchantName": "Tea Shop", "MerchantCategoryCode": "5814" } },
                            { "CreditDebitIndicator": "Debit", "Status": "PDNG", "Amount": { "Amount": "1" }, "MerchantDetails": { "MerchantName": "Kiosk", "MerchantCategoryCode": "0" } },
                            { "CreditDebitIndicator": "Debit", "Status": "Pending", "BookingDateTime": "2026-11-20T00:00:00Z", "Amount": { "Amount": "3" }, "SupplementaryData": { "Declined": true } } ] },
                          "Links": { "Next": "/open-banking/v4.0/aisp/accounts/A1/transactions?page=2" } }
                        """
                )
            )
            .On($"{Accounts}/C1/transactions", """{ "Data": {} }""");

    public static ConnectorRun Run(FakeBank bank, params (string Name, string Value)[] settings) =>
        new(new OpenBankingConnector(), Channel(settings), bank) { Seal = SealOfTests.Seal };

    /// <summary>A connection whose user has agreed at the bank.</summary>
    public static ConnectorRun Allowed(FakeBank bank, params (string Name, string Value)[] settings)
    {
        var run = Run(bank, settings);
        run.Session = new OpenBankingSession
        {
            AccessToken = SmallBanks.AccessToken,
            RefreshToken = SmallBanks.RefreshToken,
            ConsentId = "C 1",
            AuthorizedAt = new(2026, 11, 1, 8, 0, 0, TimeSpan.Zero),
        }.Write();
        return run;
    }

    public static ConnectorUnderTest UnderTest() =>
        new()
        {
            Connector = () => new OpenBankingConnector(),
            Channel = Channel(),
            Bank = Bank,
            Now = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero),
            Callback = new BankCallback(new Uri(ConnectorRun.CallbackAddress), "state-0123456789"),
            Seal = SealOfTests.Seal,
            Secrets = [SmallBanks.AccessToken, SmallBanks.RefreshToken, ClientToken, Code],
            User = question =>
                question is Question.Redirect
                    ? new StepInput.Returned(
                        new Uri($"{ConnectorRun.CallbackAddress}?code={Code}&state=state-0123456789")
                    )
                    : null,
        };
}
