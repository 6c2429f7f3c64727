using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.Connectors.Testing.Conformance;
using Affluent.Connectors.Tests.Support;

namespace Affluent.Connectors.Tests.Examples;

public sealed class PebbleTests
{
    private static readonly Dictionary<string, string> Credentials = new()
    {
        ["1"] = "jane",
        ["2"] = "password-0123456789",
    };

    private static readonly ChannelDefinition Channel = new()
    {
        Id = new ChannelDefinitionId("490000"),
        Mode = ChannelMode.Embedded,
        Connector = "pebble",
        AccountTypes = [BankAccountType.Checkings],
        Settings = new Dictionary<string, string> { ["api_url"] = "https://api.pebble.example/v1" },
        Credentials =
        [
            new("1", "name", new Dictionary<string, string>(), CredentialType.Text),
            new("2", "password", new Dictionary<string, string>(), CredentialType.Pwd),
        ],
    };

    public static TheoryData<string> Rules => [.. ConnectorContract.Rules.Select(rule => rule.Name)];

    [Theory]
    [MemberData(nameof(Rules))]
    public async Task The_family_keeps(string rule)
    {
        var tested = new ConnectorUnderTest
        {
            Connector = () => new PebbleConnector(),
            Channel = Channel,
            Bank = Bank,
            Now = new DateTimeOffset(2026, 11, 22, 10, 0, 0, TimeSpan.Zero),
            Credentials = Credentials,
            Secrets = ["password-0123456789", "908172", "token-0123456789"],
            User = question =>
                question is Question.OneTimePassword
                    ? new StepInput.Answer(
                        new Dictionary<string, string> { [Question.OneTimePassword.Field] = "908172" }
                    )
                    : null,
        };

        Assert.Empty(await ConnectorContract.Rule(rule).Check(tested, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_password_and_a_code_lead_to_the_first_account()
    {
        using var run = new ConnectorRun(new PebbleConnector(), Channel, Bank()) { Credentials = Credentials };

        var asked = await run.TakeAsked<Question.OneTimePassword>(new StepInput.ListAccounts());
        Assert.Equal("06 ** ** ** 12", asked.SentTo);
        await run.Take<StepResult.Done>(
            new StepInput.Answer(new Dictionary<string, string> { [Question.OneTimePassword.Field] = "908172" })
        );
        var account = Assert.Single(await run.Accounts());
        var movements = await run.Transactions(account, new DateOnly(2026, 11, 1));

        Assert.Equal(("Everyday", 12.5m), (account.Name, account.Balances[0].Amount));
        Assert.Equal([-3.2m, 1500m], movements.Select(m => m.Amount));
        Assert.Equal([BankTransactionStatus.Pending, BankTransactionStatus.Booked], movements.Select(m => m.Status));
    }

    [Fact]
    public async Task A_token_that_has_ended_is_asked_for_anew_and_a_wrong_password_is_not_tried_again()
    {
        using var bank = Bank();
        using var run = new ConnectorRun(new PebbleConnector(), Channel, bank)
        {
            Credentials = Credentials,
            Session = new PebbleSession("old").Write(),
        };
        await run.TakeAsked<Question.OneTimePassword>(new StepInput.ListAccounts());

        bank.On("POST", "/v1/login", _ => new Reply(Status: 401));
        await run.TakeRefused(new StepInput.ListAccounts(), Refusal.WrongCredentials);

        Assert.Equal(2, bank.At("/v1/login").Count());
    }

    [Theory]
    [InlineData("""{ "movements": [{ "id": "a" }, { "id": "b" }] }""", 200, Refusal.NotUnderstood)]
    [InlineData("""{ "movements": [], "next": 3 }""", 200, Refusal.NotUnderstood)]
    [InlineData("""{ "movements": [], "next": "on" }""", 200, Refusal.NotUnderstood)]
    [InlineData("", 403, Refusal.AccountRefused)]
    [InlineData("", 404, Refusal.AccountRefused)]
    [InlineData("", 400, Refusal.NotUnderstood)]
    public async Task A_page_that_makes_no_sense_is_refused(string body, int status, Refusal reason)
    {
        using var bank = Bank();
        bank.On("GET", "/v1/accounts/7/movements", _ => new Reply(body, status));
        using var run = new ConnectorRun(new PebbleConnector(), Channel, bank)
        {
            Credentials = Credentials,
            Session = new PebbleSession("token-0123456789").Write(),
        };
        var account = new BankAccount { Reference = "7", Currency = "EUR" };

        await run.TakeRefused(new StepInput.ListTransactions(account, new DateOnly(2026, 11, 1)), reason);
    }

    [Fact]
    public async Task A_token_is_kept_before_anything_is_asked_with_it()
    {
        using var bank = Bank();
        bank.On("POST", "/v1/login", _ => new Reply("""{ "token": "token-0123456789" }"""));
        using var run = new ConnectorRun(new PebbleConnector(), Channel, bank) { Credentials = Credentials };
        var kept = "";
        bank.On(
            "GET",
            "/v1/accounts",
            _ =>
            {
                kept = run.Session;
                return new Reply("""{ "accounts": [] }""");
            }
        );

        await run.Take(new StepInput.ListAccounts());

        Assert.Contains("token-0123456789", kept, StringComparison.Ordinal);
    }

    private static FakeBank Bank()
    {
        static Reply Inside(Received request, string body) =>
            request.Headers.GetValueOrDefault("Authorization") == "Bearer token-0123456789"
                ? new Reply(body)
                : new Reply(Status: 401);

        return new FakeBank()
            .On("POST", "/v1/login", _ => new Reply("""{ "challenge": "c1", "sent_to": "06 ** ** ** 12" }"""))
            .On(
                "POST",
                "/v1/codes",
                request =>
                    request.Body == "challenge=c1&code=908172"
                        ? new Reply("""{ "token": "token-0123456789" }""")
                        : new Reply(Status: 401)
            )
            .On(
                "GET",
                "/v1/accounts",
                request =>
                    Inside(
                        request,
                        """{ "accounts": [{ "id": "7", "title": "Everyday", "kind": "current", "currency": "EUR", "balance": "12.50" }] }"""
                    )
            )
            .On(
                "GET",
                "/v1/accounts/7/movements",
                request =>
                    Inside(
                        request,
                        request.Address.Query.Contains("page=1", StringComparison.Ordinal)
                            ? """{ "movements": [{ "id": "a", "day": "2026-11-21", "amount": -3.2, "text": "Coffee", "state": "announced" }], "next": 2 }"""
                            : """{ "movements": [{ "id": "b", "day": "2026-11-20", "amount": "1500.00", "text": "Pay" }] }"""
                    )
            );
    }
}
