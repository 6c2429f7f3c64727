using Affluent.Connectors.Contract;
using Affluent.Server.Tests.Harness;
using Xunit;
using static Affluent.Server.Tests.Harness.Categorized;
using static Affluent.Server.Tests.Harness.LinkedBank;

namespace Affluent.Server.Tests.Transactions;

/// <summary>A category says why it was given, and what a user says of one holds for the others with the same merchant.</summary>
public sealed class CorrectionsTests
{
    private static readonly BankTransaction Bakery = Bank.Booked("b1", -3, "2026-02-20", "CB BOULANGERIE DUPUIS LYON");
    private static readonly BankTransaction Cafe = Bank.Booked("c1", -9, "2026-02-21", "CB QWXZ PARIS");
    private static readonly BankTransaction CafeAgain = Bank.Booked("c2", -8, "2026-02-22", "CARTE 21/02 QWXZ LYON");
    private static readonly BankTransaction FromCafe = Bank.Booked("c3", 7, "2026-02-23", "CARTE 22/02 QWXZ LYON");
    private static readonly BankTransaction Power = Bank.Booked(
        "p1",
        -60,
        "2026-02-24",
        "PRLV SEPA EDF CLIENTS PARTICULIERS ECH/240226 ID EMETTEUR/FR47EDF001007 MDT/MM9760001 REF/0001"
    );
    private static readonly BankTransaction Check = Bank.Booked("k1", -80, "2026-02-25", "CHEQUE 1234567");

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task A_category_says_what_decided_it_and_how_sure_it_is(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"), Bakery, Power, Check);
        var (app, http, id) = await Linked(bank, kind);
        await using var _ = app;

        var all = await http.Transactions();
        var (bakery, power, check) = (Of(all, "BOULANGERIE"), Of(all, "EDF"), Of(all, "CHEQUE"));

        Assert.Equal("SNAKS_ANDWORK_MEALS WORDS 92", Category(bakery));
        Assert.Equal("ENERGY CREDITOR_ID 99", Category(power));
        Assert.Equal("UNCATEGORIZED NONE ", Category(check));
        Assert.Equal(("FR47EDF001007", "MM9760001"), (power.Text("creditor_id"), power.Text("mandate")));
        Assert.Equal(("CHECK", "1234567"), (check.Text("type"), check.Text("check_number")));
        var details = (await http.Read($"/api/v2.1/transactions/{bakery.Text("id")}")).GetProperty("details");
        Assert.Equal("""{"means":"CARD","place":"LYON"}""", details.GetRawText());
        Assert.False(bakery.TryGetProperty("details", out var _));
        var user = (await http.Read("/api/v2.1/users/me")).Text("id");
        var v3 = await http.Read($"/api/v3/transactions/{power.Text("id")}?user_id={user}");
        Assert.Equal("ENERGY CREDITOR_ID 99", Category(v3.GetProperty("enrichments")));

        // What was read from the text is no change when the bank lists it again.
        await Again(app, http, id);
        Assert.Equal(
            all.Select(t => t.GetProperty("last_update_date").GetInt64()),
            (await http.Transactions()).Select(t => t.GetProperty("last_update_date").GetInt64())
        );
    }

    [Theory, OnBothDatabases]
    public async Task What_is_said_of_one_holds_at_once_for_others_and_for_those_that_come(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"), Bakery, Cafe, CafeAgain, FromCafe);
        var (app, http, id) = await Linked(bank, kind);
        await using var _ = app;
        var before = await http.Transactions();
        var place = await Cursor(http);

        var edited = await Say(http, Of(before, "QWXZ PARIS"), "CULTURE");

        Assert.Equal("CULTURE CORRECTED 100", Category(edited));
        var after = await http.Transactions();
        Assert.Equal("CULTURE LEARNED 97", Category(Of(after, "21/02 QWXZ")));
        Assert.Equal(Category(Of(before, "22/02 QWXZ")), Category(Of(after, "22/02 QWXZ")));
        Assert.Equal(Category(Of(before, "BOULANGERIE")), Category(Of(after, "BOULANGERIE")));
        var changes = await http.Read($"/api/v2.1/transactions/changes?after={place}");
        Assert.Equal(2, changes.GetProperty("modified").GetArrayLength());

        var later = Bank.Booked("c4", -8, "2026-02-26", "CB*1234 QWXZ NICE");
        bank.EmbeddedChannel.With(Bank.Account("111"), Bakery, Cafe, CafeAgain, FromCafe, later);
        await Again(app, http, id);
        Assert.Equal("CULTURE LEARNED 97", Category(Of(await http.Transactions(), "NICE")));

        // What is said of one itself stays when another is said otherwise.
        await Say(http, Of(after, "21/02 QWXZ"), "SPORT");
        var last = await http.Transactions();
        Assert.Equal("CULTURE CORRECTED 100", Category(Of(last, "QWXZ PARIS")));
        Assert.Equal("SPORT CORRECTED 100", Category(Of(last, "21/02 QWXZ")));
        Assert.Equal("SPORT LEARNED 97", Category(Of(last, "NICE")));
    }

    [Theory, OnBothDatabases]
    public async Task What_is_taken_back_is_unlearned(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(
            Bank.Account("111"),
            Bakery,
            Bakery with
            {
                Id = "b2",
                BookingDay = new(2026, 2, 22),
            }
        );
        var (app, http, _) = await Linked(bank, kind);
        await using var __ = app;
        var one = (await http.Transactions())[0];

        await Say(http, one, "PETS");
        Assert.All(await http.Transactions(), t => Assert.Equal("PETS", t.Text("category_id")));
        await Say(http, one, "");

        Assert.All(await http.Transactions(), t => Assert.Equal("SNAKS_ANDWORK_MEALS WORDS 92", Category(t)));
    }

    [Theory, OnBothDatabases]
    public async Task What_one_user_says_is_nothing_to_another(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"), Bakery);
        var (app, http, _) = await Linked(bank, kind);
        await using var __ = app;
        var (other, ___) = await app.SignedInUser();
        await TestApp.Connect(other);
        await app.RunDueSynchronizations();

        await Say(http, (await http.Transactions())[0], "PETS");

        Assert.Equal("SNAKS_ANDWORK_MEALS", (await other.Transactions())[0].Text("category_id"));
    }

    private static async Task<string?> Cursor(HttpClient http) =>
        (await http.Read("/api/v2.1/transactions/changes?limit=500")).Text("next");
}
