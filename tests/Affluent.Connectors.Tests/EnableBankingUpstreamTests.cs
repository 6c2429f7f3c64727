using System.Security.Cryptography.X509Certificates;
using Affluent.Connectors.Contract;
using Affluent.Connectors.EnableBanking;
using Affluent.Connectors.Testing;
using Affluent.Connectors.Tests.Support;

namespace Affluent.Connectors.Tests;

/// <summary>Against a strict counterpart over HTTP that was written from the published description alone, and what that description answers in its examples.</summary>
public sealed class EnableBankingUpstreamTests
{
    private static readonly DateTimeOffset Begin = new(2026, 3, 2, 8, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_session_is_opened_read_renewed_and_ended()
    {
        var time = Begin;
        await using var upstream = await Start(() => time);
        using var run = Run(upstream);
        run.Now = time;

        await Agree(run, upstream);
        var accounts = await run.Accounts();
        var rows = await run.Transactions(accounts[0]);
        time = run.Now = Begin.AddDays(179.9);
        upstream.End("EXPIRED");
        await run.TakeRefused(new StepInput.ListAccounts(), Refusal.ConsentExpired);
        await Agree(run, upstream);
        var again = await run.Accounts();
        var recent = await run.Transactions(again[0], new DateOnly(2026, 2, 1));

        Assert.Equal(["hash-of-1=", "hash-of-2="], accounts.Select(a => a.Reference));
        Assert.Equal(accounts.Select(a => a.Reference), again.Select(a => a.Reference));
        Assert.Equal(["E1", "E2", "E3", null, "E5"], rows.Select(t => t.Id));
        Assert.Equal(["E1", "E2", "E3", null], recent.Select(t => t.Id));
        Assert.Equal(2, upstream.Sessions.Count);
        Assert.Equal(5, upstream.Requests.Count(r => r.Contains("/transactions", StringComparison.Ordinal)));
        Assert.Contains(upstream.Requests, r => r.EndsWith("/transactions?strategy=longest", StringComparison.Ordinal));

        var kept = new EnableBankingConnector().Revocable(SmallEnableBanking.Channel(), run.Session)!;
        Assert.DoesNotContain("Aino", kept.Session, StringComparison.Ordinal);
        (run.User, run.Callback, run.Session) = (null, null, kept.Session);
        await run.Take<StepResult.Done>(new StepInput.Revoke());
        Assert.Equal("CLOSED", upstream.Sessions[kept.Consent].Status);
        run.Session = kept.Session;
        await run.TakeRefused(new StepInput.Revoke(), Refusal.ConsentExpired);
    }

    [Fact]
    public async Task The_exact_maximum_of_the_bank_is_not_asked_for_and_a_shorter_one_is_found()
    {
        await using var upstream = await Start(() => Begin);
        upstream.LongestConsent = TimeSpan.FromDays(90);
        using var run = Run(upstream);
        run.Now = Begin;

        await Agree(run, upstream);

        Assert.Equal(2, upstream.Wanted.Count);
        Assert.Equal("2026-05-31T07:59:00.000000+00:00", $"{upstream.Wanted[1]["access"]!["valid_until"]}");
    }

    [Fact]
    public async Task Four_readings_a_day_without_the_user_and_then_the_next_day()
    {
        var time = Begin;
        await using var upstream = await Start(() => time);
        using var run = Run(upstream);
        run.Now = time;
        await Agree(run, upstream);
        run.User = null;

        for (var reading = 0; reading < 4; reading++)
        {
            Assert.Equal(2, (await run.Accounts()).Count);
        }
        var later = await run.Take<StepResult.Later>(new StepInput.ListAccounts());
        time = run.Now = later.NotBefore;

        Assert.Equal(
            (LaterReason.RateLimited, new DateTimeOffset(2026, 3, 3, 0, 0, 0, TimeSpan.Zero)),
            (later.Reason, later.NotBefore)
        );
        Assert.Equal(2, (await run.Accounts()).Count);
    }

    [Fact]
    public async Task A_bank_that_keeps_fewer_days_says_from_when()
    {
        await using var upstream = await Start(() => Begin);
        upstream.HistoryDays = 90;
        using var run = Run(upstream);
        run.Now = Begin;
        await Agree(run, upstream);
        var account = (await run.Accounts())[0];

        var page = await run.Take<StepResult.Page>(new StepInput.ListTransactions(account, new DateOnly(2025, 3, 1)));

        Assert.Equal(new DateOnly(2025, 12, 2), page.CompleteFrom);
        Assert.Equal(2, upstream.Requests.Count(r => r.Contains("/transactions", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("bank_name", "Another")]
    [InlineData("application_id", "cf589be3-3755-465b-a8df-a90a16a31404")]
    public async Task What_the_operator_has_set_wrongly_is_theirs(string name, string value)
    {
        await using var upstream = await Start(() => Begin);
        using var run = Run(upstream, (name, value));
        run.Now = Begin;

        await run.TakeRefused(new StepInput.ListAccounts(), Refusal.OperatorFault);
    }

    [Fact]
    public async Task An_address_that_was_not_registered_a_wrong_clock_and_a_wrong_key_are_the_operators()
    {
        await using var upstream = await Start(() => Begin);
        using var run = Run(upstream);
        upstream.RedirectUrls.Clear();
        run.Now = Begin;
        await run.TakeRefused(new StepInput.ListAccounts(), Refusal.OperatorFault);
        upstream.RedirectUrls.Add(ConnectorRun.CallbackAddress);
        run.Now = Begin.AddDays(2);
        await run.TakeRefused(new StepInput.ListAccounts(), Refusal.OperatorFault);
        run.Now = Begin;
        run.Seal = SealOfTests.Seal with { Sign = (_, _, _) => ValueTask.FromResult(new byte[256]) };
        await run.TakeRefused(new StepInput.ListAccounts(), Refusal.OperatorFault);
        run.Seal = SealOfTests.Seal;

        await Agree(run, upstream);
    }

    [Fact]
    public async Task Users_who_do_not_agree_or_come_back_late_have_not_agreed()
    {
        var time = Begin;
        await using var upstream = await Start(() => time);
        using var run = Run(upstream);
        run.Now = time;

        var page = (await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts())).Address;
        await run.TakeRefused(new StepInput.Returned(upstream.Decline(page)), Refusal.ConsentDenied);
        page = (await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts())).Address;
        var agreed = upstream.Agree(page);
        time = run.Now = Begin.AddMinutes(9);
        await run.TakeRefused(new StepInput.Returned(agreed), Refusal.ConsentExpired);

        Assert.Empty(upstream.Sessions);
    }

    /// <summary>The values that the description gives as examples, in the forms that it gives to them.</summary>
    [Fact]
    public async Task The_examples_of_the_description_are_understood()
    {
        const string Uid = "497f6eca-6276-4993-bfeb-53cbbbba6f08";
        const string Hash =
            "WwpbCiJhY2NvdW50IiwKImFjY291bnRfaWQiLAoiaWJhbiIKXQpd.E8GzhnnsFC7K+4e3YMYYKpyM83Zx6toXrjgcvPP/Lqc=";
        const string Session = "d3e1a9d2-0001-4993-bfeb-53cbbbba6f08";
        var bank = new FakeBank()
            .On(
                "POST",
                "/auth",
                _ => new Reply(
                    """{ "url": "https://tilisy.enablebanking.com/welcome?sessionid=73100c65-c54d-46a1-87d1-aa3effde435a", "authorization_id": "73100c65-c54d-46a1-87d1-aa3effde435a", "psu_id_hash": "ab" }"""
                )
            )
            .On(
                "POST",
                "/sessions",
                _ => new Reply(
                    $$"""
                    { "session_id": "{{Session}}", "aspsp": { "country": "FI", "name": "Nordea" }, "psu_type": "business", "access": { "valid_until": "2021-01-01T00:00:00Z" },
                      "accounts": [ { "account_id": { "iban": "FI0455231152453547" }, "all_account_ids": [ { "identification": "123456", "scheme_name": "BBAN" } ],
                        "cash_account_type": "CACC", "currency": "EUR", "usage": "ORGA", "uid": "{{Uid}}", "identification_hash": "{{Hash}}", "identification_hashes": ["{{Hash}}"] } ] }
                    """
                )
            )
            .On(
                $"/sessions/{Session}",
                $$"""
                { "access": { "valid_until": "2020-12-01T12:00:00.000000+00:00" }, "accounts": ["{{Uid}}"], "accounts_data": [ { "identification_hash": "{{Hash}}", "uid": "{{Uid}}" } ],
                  "aspsp": { "country": "FI", "name": "Nordea" }, "authorized": "2020-12-01T12:00:00.000000+00:00", "created": "2020-12-01T12:00:00.000000+00:00",
                  "psu_type": "business", "status": "AUTHORIZED" }
                """
            )
            .On(
                $"/accounts/{Uid}/balances",
                """
                { "balances": [ { "name": "Booked balance", "balance_amount": { "currency": "EUR", "amount": "1.23" }, "balance_type": "CLBD",
                    "last_committed_transaction": "4604aa90f8a8418092d80c3270846f0a" } ] }
                """
            )
            .On(
                $"/accounts/{Uid}/transactions",
                """
                { "transactions": [ { "entry_reference": "5561990681", "merchant_category_code": "5511", "transaction_amount": { "currency": "EUR", "amount": "1.23" },
                    "creditor": { "name": "MyPreferredAisp" }, "creditor_account": { "iban": "FI1737631867613465" }, "debtor": { "name": "MyPreferredAisp" },
                    "debtor_account": { "iban": "FI8638798819867751" }, "bank_transaction_code": { "description": "Utlandsbetalning", "code": "12", "sub_code": "32" },
                    "credit_debit_indicator": "CRDT", "status": "BOOK", "booking_date": "2020-01-03", "value_date": "2020-01-02", "transaction_date": "2020-01-01",
                    "balance_after_transaction": { "currency": "EUR", "amount": "1.23" }, "reference_number": "RF07850352502356628678117", "reference_number_schema": "SDDM",
                    "remittance_information": ["RF07850352502356628678117", "Gift for Alex"],
                    "debtor_account_additional_identification": [ { "identification": "12345678", "scheme_name": "CPAN" } ],
                    "exchange_rate": { "unit_currency": "EUR" } } ] }
                """
            )
            .On("DELETE", $"/sessions/{Session}", _ => new Reply("""{ "message": "OK" }"""));
        using var run = SmallEnableBanking.Run(bank);

        var page = await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts());
        await run.Take<StepResult.Done>(SmallEnableBanking.Returned("code=c&state=state-of-this-connection"));
        var account = Assert.Single(await run.Accounts());
        var row = Assert.Single(await run.Transactions(account));
        bank.On(
            "GET",
            $"/accounts/{Uid}/balances",
            _ => new Reply(
                """{ "message": "Required PSU header is not provided", "code": 422, "error": "PSU_HEADER_NOT_PROVIDED", "detail": "PSU header psuIpAddress is not provided" }""",
                422
            )
        );
        var without = Assert.Single(await run.Accounts());

        Assert.Equal("tilisy.enablebanking.com", page.Address.Host);
        Assert.Equal(
            (Hash, "FI0455231152453547", "123456", BankAccountUsage.Professional),
            (account.Reference, account.Iban, account.Number, account.Usage!.Value)
        );
        Assert.Equal(
            (BankBalanceKind.ClosingBooked, 1.23m, "4604aa90f8a8418092d80c3270846f0a"),
            account.Balances.Select(b => (b.Kind, b.Amount, b.LastCommittedTransaction)).Single()
        );
        Assert.Equal(
            ("5561990681", 1.23m, "MyPreferredAisp", "5511", "12-32"),
            (row.Id, row.Amount, row.Counterparty, row.MerchantCategory, row.Code)
        );
        Assert.Equal(["RF07850352502356628678117", "Gift for Alex"], row.Remittance);
        Assert.Equal(
            (new DateOnly(2020, 1, 3), new DateOnly(2020, 1, 2), new DateOnly(2020, 1, 1)),
            (row.BookingDay, row.ValueDay, row.TransactionDay)
        );
        Assert.Empty(without.Balances);
        await run.Take<StepResult.Done>(new StepInput.Revoke());
    }

    [Fact]
    public async Task A_probe_compares_the_entry_with_what_is_known_there()
    {
        await using var upstream = await Start(() => Begin);

        Assert.Equal(["", "", "", "", ""], await Probe(upstream));
        Assert.Equal(
            ["", "", "", "", "consent_days is more"],
            await Probe(upstream, with: u => u.LongestConsent = TimeSpan.FromDays(90))
        );
        upstream.LongestConsent = TimeSpan.FromDays(180);
        Assert.Equal(["", "", "", "", "the list has no such bank"], await Probe(upstream, ("bank_name", "Nordea")));
        Assert.Equal(["", "", "", "", "the list has no such bank"], await Probe(upstream, ("psu_type", "business")));
        Assert.Equal(["", "", "", "", "auth_method is none"], await Probe(upstream, ("auth_method", "OTP")));
        Assert.Equal(["", "", "", "", "psu_headers lacks"], await Probe(upstream, ("psu_headers", "Psu-User-Agent")));
        Assert.Equal(
            ["", "Enable Banking refuses us", "", "", "Enable Banking refuses us"],
            await Probe(upstream, ("application_id", "cf589be3-3755-465b-a8df-a90a16a31404"))
        );
        Assert.Equal(
            ["", "", "", "is none of the application's", ""],
            await Probe(upstream, with: u => u.RedirectUrls.Clear())
        );
        Assert.Equal(
            ["", "", "is not active", "is none of the application's", ""],
            await Probe(upstream, with: u => u.IsActive = false)
        );
        Assert.Equal(
            ["", "Enable Banking answers 500: it ", "", "", "Enable Banking answers 500: it "],
            await Probe(upstream, with: u => u.Instead = _ => (500, "ASPSP_ERROR"))
        );
    }

    /// <summary>Of each step how what is wrong begins, as long as the test says; empty: nothing is.</summary>
    private static async Task<string[]> Probe(
        EnableBankingUpstream upstream,
        (string Name, string Value)? setting = null,
        Action<EnableBankingUpstream>? with = null
    )
    {
        with?.Invoke(upstream);
        using var http = new HttpClient(ConnectorRun.Network());
        (string Name, string Value)[] settings = setting is { } said ? [said] : [];
        var probe = new BankProbe(
            new()
            {
                Channel = SmallEnableBanking.Channel([
                    ("enable_banking_url", upstream.Address.AbsoluteUri),
                    .. settings,
                ]),
                Http = http,
                Keep = _ => Task.CompletedTask,
                Now = Begin,
                Seal = SealOfTests.Seal,
            },
            TimeProvider.System
        )
        {
            RedirectUri = ConnectorRun.CallbackAddress,
        };
        List<string> found = [];
        await foreach (var step in probe.Run(TestContext.Current.CancellationToken))
        {
            var words = step.Result is ProbedResult.Failed failed ? failed.Words : "";
            found.Add(Beginnings.FirstOrDefault(begin => words.StartsWith(begin, StringComparison.Ordinal)) ?? words);
        }
        return [.. found];
    }

    private static readonly string[] Beginnings =
    [
        "consent_days is more",
        "the list has no such bank",
        "auth_method is none",
        "psu_headers lacks",
        "Enable Banking refuses us",
        "Enable Banking answers 500: it ",
        "is none of the application's",
        "is not active",
    ];

    private static async Task<EnableBankingUpstream> Start(Func<DateTimeOffset> now)
    {
        var upstream = await EnableBankingUpstream.Start(SealOfTests.Certificate.GetRSAPublicKey()!, now);
        upstream.RedirectUrls.Add(ConnectorRun.CallbackAddress);
        upstream.Accounts.Add(
            EnableBankingUpstreamAccount
                .Of("1", "FI2112345600000785", "Arki")
                .With("E1", "-12.30", "2026-03-01", "KAHVILA")
                .With("E2", "5.00", "2026-02-20", "MATTI")
                .With("E3", "-7.00", "2026-02-19", "KIOSKI", "PDNG")
                .With(null, "-1.00", "2026-02-18", "KIOSKI")
                .With("E5", "-100.00", "2025-06-01", "VUOKRA")
        );
        upstream.Accounts.Add(EnableBankingUpstreamAccount.Of("2", null, "Säästö", "SVGS"));
        return upstream;
    }

    private static ConnectorRun Run(EnableBankingUpstream upstream, params (string Name, string Value)[] settings) =>
        new(
            new EnableBankingConnector(),
            SmallEnableBanking.Channel([("enable_banking_url", upstream.Address.AbsoluteUri), .. settings]),
            ConnectorRun.Network()
        )
        {
            Seal = SealOfTests.Seal,
        };

    private static async Task Agree(ConnectorRun run, EnableBankingUpstream upstream)
    {
        var page = (await run.TakeAsked<Question.Redirect>(new StepInput.ListAccounts())).Address;
        await run.Take<StepResult.Done>(new StepInput.Returned(upstream.Agree(page)));
    }
}
