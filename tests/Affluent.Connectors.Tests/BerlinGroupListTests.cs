using Affluent.Connectors.Contract;
using Affluent.Connectors.Tests.Support;

namespace Affluent.Connectors.Tests;

/// <summary>Lists in pages, and cards that are accounts of their own.</summary>
public sealed class BerlinGroupListTests
{
    private const string CardAccounts = "/psd2/v1/card-accounts";

    [Fact]
    public async Task Pages_of_accounts_are_followed()
    {
        var bank = SmallBerlinGroupBank
            .Bank()
            .On(
                "GET",
                SmallBerlinGroupBank.Accounts,
                request => new Reply(
                    request.Address.Query == ""
                        ? Accounts("A1", """, "_links": { "next": { "href": "?page=2" } }""")
                        : Accounts("A2", "")
                )
            );
        using var run = SmallBerlinGroupBank.Allowed(bank);

        Assert.Equal(["A1", "A2"], (await run.Accounts()).Select(account => account.Reference));
    }

    [Theory]
    [InlineData("2", 2)]
    [InlineData("", 3)]
    public async Task Numbered_pages_end_where_the_bank_says_or_with_one_that_is_empty(string count, int asked)
    {
        var bank = SmallBerlinGroupBank
            .Bank()
            .On(
                "GET",
                SmallBerlinGroupBank.Movements,
                request => new Reply(
                    request.Address.Query.Split("offset=")[1] switch
                    {
                        "1" => Movements("1"),
                        "2" => Movements("2"),
                        _ => """{ "transactions": { "booked": [] } }""",
                    },
                    Headers: count == "" ? [] : [("X-Pages", count)]
                )
            );
        using var run = SmallBerlinGroupBank.Allowed(
            bank,
            ("page_parameter", "offset"),
            ("page_count_header", "X-Pages")
        );

        var read = await run.Transactions((await run.Accounts())[0]);

        Assert.Equal(["1", "2"], read.Select(t => t.Id));
        Assert.Equal(asked, bank.At(SmallBerlinGroupBank.Movements).Count());
    }

    [Fact]
    public async Task Cards_are_listed_behind_accounts_and_are_none_of_them()
    {
        var bank = SmallBerlinGroupBank
            .Bank()
            .On(SmallBerlinGroupBank.Accounts, Accounts("A1", ""))
            .On(
                CardAccounts,
                """{ "cardAccounts": [ { "resourceId": "A1", "maskedPan": "4970 **** 12", "currency": "EUR" } ] }"""
            )
            .On(
                $"{CardAccounts}/A1/balances",
                """{ "balances": [ { "balanceType": "nonInvoiced", "balanceAmount": { "amount": "-7", "currency": "EUR" } } ] }"""
            )
            .On(
                $"{CardAccounts}/A1/transactions",
                """{ "cardTransactions": { "booked": [ { "cardTransactionId": "C", "bookingDate": "2026-11-20", "transactionAmount": { "amount": "-7" }, "transactionDetails": "Kiosk" } ] } }"""
            );
        using var run = SmallBerlinGroupBank.Allowed(bank, ("card_accounts", "true"));

        var listed = await run.Accounts();
        var read = Assert.Single(await run.Transactions(listed[^1]));

        Assert.Equal(
            [("A1", BankAccountType.Checkings), ("card:A1", BankAccountType.CreditCard)],
            listed.Select(account => (account.Reference, account.Type!.Value))
        );
        Assert.Equal(-7m, listed[^1].Balances.Single().Amount);
        Assert.Equal(("C", -7m, "Kiosk"), (read.Id, read.Amount, read.Remittance[0]));
    }

    [Theory]
    [InlineData(404, "RESOURCE_UNKNOWN", 1)]
    [InlineData(403, "SERVICE_INVALID", 1)]
    public async Task A_user_without_cards_has_accounts_all_the_same(int status, string code, int accounts)
    {
        var bank = SmallBerlinGroupBank
            .Bank()
            .On(SmallBerlinGroupBank.Accounts, Accounts("A1", ""))
            .On("GET", CardAccounts, _ => new Reply($$"""{ "tppMessages": [ { "code": "{{code}}" } ] }""", status));
        using var run = SmallBerlinGroupBank.Allowed(bank, ("card_accounts", "true"));

        Assert.Equal(accounts, (await run.Accounts()).Count);
    }

    private static string Accounts(string id, string more) =>
        $$"""{ "accounts": [ { "resourceId": "{{id}}", "currency": "EUR", "balances": [ { "balanceAmount": { "amount": 1 } } ] } ]{{more}} }""";

    private static string Movements(string id) =>
        $$"""{ "transactions": { "booked": [ { "transactionId": "{{id}}", "bookingDate": "2026-11-20", "transactionAmount": { "amount": "1" } } ] } }""";
}
