using System.Globalization;
using Affluent.Connectors.Contract;
using Affluent.Connectors.EnableBanking;
using Affluent.Connectors.Testing;
using Affluent.Connectors.Testing.Conformance;

namespace Affluent.Connectors.Tests.Support;

/// <summary>The smallest healthy bank behind Enable Banking: two accounts, a card, and one that is closed.</summary>
internal static class SmallEnableBanking
{
    public const string SessionId = "5b1f0d2e-6c3a-4c62-9a53-0c8a3d1b7f10";
    public const string Uid = "0a7c2b64-51f5-4d0d-8a0e-0d2a6c1f7e01";
    public const string CardUid = "0a7c2b64-51f5-4d0d-8a0e-0d2a6c1f7e02";
    public const string Movements = $"/accounts/{Uid}/transactions";
    public const string Balances = $"/accounts/{Uid}/balances";
    public const string Host = "https://api.upstream.example";
    private const string Code = "code-0123456789";

    public static ChannelDefinition Channel(params (string Name, string Value)[] more)
    {
        var settings = new Dictionary<string, string>
        {
            ["application_id"] = EnableBankingUpstream.ApplicationId,
            ["bank_name"] = EnableBankingUpstream.Bank,
            ["bank_country"] = EnableBankingUpstream.Country,
            ["enable_banking_url"] = Host,
        };
        foreach (var (name, value) in more)
        {
            settings[name] = value;
        }
        var channel = new ChannelDefinition
        {
            Id = new ChannelDefinitionId("101"),
            Mode = ChannelMode.Redirect,
            Connector = "enable_banking",
            AccountTypes = [BankAccountType.Checkings],
            TransactionIds = TransactionIds.StableOnceBooked,
            Settings = settings,
        };
        Assert.Empty(new EnableBankingConnector().Manifest.Check(channel));
        return channel;
    }

    public const string Opened = $$"""
        { "session_id": "{{SessionId}}", "aspsp": { "name": "Nordlandsbanken", "country": "FI" }, "psu_type": "personal",
          "access": { "valid_until": "2027-05-20T10:00:00Z" },
          "accounts": [
            { "uid": "{{Uid}}", "account_id": { "iban": "FI21 1234 5600 0007 85" }, "name": "Aino Virtanen", "details": "Arki", "cash_account_type": "CACC",
              "currency": "EUR", "usage": "PRIV", "identification_hash": "hash-1=", "identification_hashes": ["hash-1="] },
            { "uid": "{{CardUid}}", "account_id": { "other": { "identification": "FI", "scheme_name": "OAUT" } },
              "all_account_ids": [ { "identification": "FI2112345600000785", "scheme_name": "IBAN" }, { "identification": "************4321", "scheme_name": "CPAN" } ],
              "product": "Kortti", "cash_account_type": "CARD", "currency": "EUR", "usage": "ORGA", "identification_hash": "hash-2=", "identification_hashes": [] },
            { "account_id": { "other": { "identification": "123-4", "scheme_name": "BBAN" } }, "cash_account_type": "SVGS", "currency": "EUR",
              "identification_hash": "hash-3=", "identification_hashes": [] } ] }
        """;

    public static FakeBank Bank()
    {
        var closed = false;
        return new FakeBank()
            .On(
                "POST",
                "/auth",
                _ => new Reply(
                    """{ "url": "https://pages.upstream.example/welcome?sessionid=1", "authorization_id": "1", "psu_id_hash": "x" }"""
                )
            )
            .On("POST", "/sessions", _ => new Reply(Opened))
            .On(
                "GET",
                $"/sessions/{SessionId}",
                _ => new Reply("""{ "status": "AUTHORIZED", "accounts": [], "accounts_data": [] }""")
            )
            .On(
                "DELETE",
                $"/sessions/{SessionId}",
                _ =>
                {
                    var was = closed;
                    closed = true;
                    return was ? Refused(401, "CLOSED_SESSION") : new Reply("""{ "message": "OK" }""");
                }
            )
            .On(
                Balances,
                """
                { "balances": [ { "name": "Booked", "balance_amount": { "currency": "EUR", "amount": "-10.50" }, "balance_type": "CLBD", "reference_date": "2026-11-21",
                    "last_change_date_time": "2026-11-21T09:00:00Z", "last_committed_transaction": "E1" },
                    { "name": "Free", "balance_amount": { "amount": "89.50" }, "balance_type": "ITAV" }, { "balance_type": "INFO" } ] }
                """
            )
            .On($"/accounts/{CardUid}/balances", """{ "balances": [] }""")
            .On(
                "GET",
                Movements,
                r => new Reply(
                    r.Address.Query.Contains("continuation_key=k%202", StringComparison.Ordinal)
                        ? """
                        { "transactions": [ { "entry_reference": "E2", "transaction_amount": { "currency": "EUR", "amount": "5" }, "credit_debit_indicator": "CRDT", "status": "BOOK",
                            "booking_date": "2026-11-19", "debtor": { "name": "Matti" }, "creditor": { "name": "Aino" }, "reference_number": "RF07850352502356628678117" } ],
                          "continuation_key": null }
                        """
                        : """
                        { "transactions": [
                            { "entry_reference": "E1", "transaction_id": "t1", "transaction_amount": { "currency": "EUR", "amount": "-12.30" }, "credit_debit_indicator": "DBIT",
                              "status": "BOOK", "booking_date": "2026-11-20", "value_date": "2026-11-21", "transaction_date": "2026-11-18", "creditor": { "name": "Kahvila" },
                              "remittance_information": ["KAHVILA", "HELSINKI"], "bank_transaction_code": { "description": "Korttiosto", "code": "12", "sub_code": "32" },
                              "merchant_category_code": "5814" },
                            { "entry_reference": null, "transaction_amount": { "amount": "1" }, "credit_debit_indicator": "DBIT", "status": "PDNG",
                              "bank_transaction_code": { "description": "Korttiosto" } },
                            { "transaction_amount": { "currency": "EUR", "amount": "3" }, "credit_debit_indicator": "DBIT", "status": "HOLD", "transaction_date": "2026-11-20" },
                            { "transaction_amount": { "currency": "EUR", "amount": "4" }, "credit_debit_indicator": "DBIT", "status": "CNCL", "booking_date": "2026-11-20" },
                            { "transaction_amount": { "currency": "EUR", "amount": "5" }, "credit_debit_indicator": "DBIT", "status": "SCHD", "booking_date": "2026-12-20" },
                            { "transaction_amount": { "currency": "EUR", "amount": "6" }, "credit_debit_indicator": "DBIT", "status": "BOOK" },
                            { "transaction_amount": { "currency": "EUR", "amount": "7" }, "status": "BOOK", "booking_date": "2026-11-20" } ],
                          "continuation_key": "k 2" }
                        """
                )
            )
            .On($"/accounts/{CardUid}/transactions", """{ "transactions": [] }""");
    }

    /// <summary>An error as the interface writes it.</summary>
    public static Reply Refused(int status, string error, string detail = "null") =>
        new(
            string.Create(
                CultureInfo.InvariantCulture,
                $$"""{ "message": "No", "code": {{status}}, "error": "{{error}}", "detail": {{detail}} }"""
            ),
            status
        );

    public static ConnectorRun Run(FakeBank bank, params (string Name, string Value)[] settings) =>
        new(new EnableBankingConnector(), Channel(settings), bank) { Seal = SealOfTests.Seal };

    /// <summary>A connection whose user has agreed.</summary>
    public static async Task<ConnectorRun> Allowed(FakeBank bank, params (string Name, string Value)[] settings)
    {
        var run = Run(bank, settings);
        await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());
        await run.Take<StepResult.Done>(Returned($"code={Code}&state=state-of-this-connection"));
        bank.Requests.Clear();
        return run;
    }

    public static StepInput.Returned Returned(string query) => new(new Uri($"{ConnectorRun.CallbackAddress}?{query}"));

    public static ConnectorUnderTest UnderTest() =>
        new()
        {
            Connector = () => new EnableBankingConnector(),
            Channel = Channel(),
            Bank = Bank,
            Now = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero),
            Callback = new BankCallback(new Uri(ConnectorRun.CallbackAddress), "state-0123456789"),
            Seal = SealOfTests.Seal,
            Secrets = [Code],
            User = question => question is Question.Redirect ? Returned($"code={Code}&state=state-0123456789") : null,
        };
}
