using Affluent.Connectors.Contract;

namespace Affluent.Ledger.Tests;

public sealed class ClientRuleTests
{
    private static readonly Movement Power = Rows.Booked(
        -6000,
        1,
        "PRLV SEPA EDF CLIENTS ID EMETTEUR/FR47EDF001007 MDT/MM9760001"
    );

    [Theory]
    [InlineData("qwxz", true)]
    [InlineData("QWXZ lyon", true)]
    [InlineData("Qwxz  LYÖN!", true)]
    [InlineData("qwx", false)]
    [InlineData("lyon qwxz", false)]
    [InlineData("qwxz 1234", false)]
    [InlineData("facture", true)]
    public void Words_of_a_label_are_whole_ones_next_to_each_other_however_they_are_spelled(string words, bool holds) =>
        Assert.Equal(holds, Holds(new() { Label = words }, Rows.Booked(-1200, 1, "FACTURE CARTE 1234 QWXZ LYON")));

    [Fact]
    public void Each_condition_is_asked_and_all_of_them_must_hold()
    {
        var shop = Rows.Booked(-1250, 1, "CB CARREFOUR MARKET LYON") with { MerchantCategory = "5411" };
        (RuleConditions Yes, RuleConditions No, Movement Movement)[] cases =
        [
            (new() { Merchant = "carrefour" }, new() { Merchant = "lyon" }, shop),
            (
                new() { Merchant = "tartempion" },
                new() { Merchant = "dupont" },
                Rows.Booked(-1200, 1, "VIR SEPA") with
                {
                    Counterparty = "SARL Tartempion",
                }
            ),
            (new() { CreditorId = "FR47 ZZZ 001007" }, new() { CreditorId = "FR47EDF001008" }, Power),
            (new() { MerchantCategory = "5411" }, new() { MerchantCategory = "5412" }, shop),
            (new() { Sign = AmountSign.Negative }, new() { Sign = AmountSign.Positive }, shop),
            (new() { MinAmount = -12.5m }, new() { MinAmount = -12.49m }, shop),
            (new() { MaxAmount = -12.5m }, new() { MaxAmount = -12.51m }, shop),
            (new() { Type = TransactionType.DirectDebit }, new() { Type = TransactionType.Check }, Power),
            (new() { AccountType = BankAccountType.Checkings }, new() { AccountType = BankAccountType.Savings }, shop),
        ];

        foreach (var (yes, no, movement) in cases)
        {
            Assert.True(Holds(yes, movement), yes.ToString());
            Assert.False(Holds(no, movement), no.ToString());
            // Beside words of the label, which are looked up another way, it counts as much.
            var word = movement.Text.Split(' ')[1];
            Assert.True(Holds(yes with { Label = word }, movement), yes.ToString());
            Assert.False(Holds(no with { Label = word }, movement), no.ToString());
        }
    }

    [Fact]
    public void An_amount_is_compared_in_units_of_its_own_currency()
    {
        var rule = new RuleConditions { MinAmount = 10, MaxAmount = 10 };

        Assert.True(Holds(rule, Rows.Booked(1000, 1, "X")));
        Assert.True(Holds(rule, Rows.Booked(10, 1, "X") with { Currency = "JPY" }));
        Assert.False(Holds(rule, Rows.Booked(1000, 1, "X") with { Currency = "KWD" }));
    }

    [Fact]
    public void The_first_in_order_decides_however_it_is_found()
    {
        var movement = Rows.Booked(-1200, 1, "CB QWXZ LYON");
        ClientRule[] rules =
        [
            new(1, "SPORT", new() { Label = "paris" }),
            new(2, "PETS", new() { Label = "lyon" }),
            new(3, "CULTURE", new() { Sign = AmountSign.Negative }),
            new(4, "TRAVEL", new() { Label = "qwxz lyon" }),
            new(5, "FUEL", new() { Label = "qwxz" }),
        ];

        for (var skipped = 0; skipped < 4; skipped++)
        {
            var expected = rules[Math.Max(1, skipped)];
            Assert.Equal(
                new CategoryDecision(expected.CategoryId, 100, CategoryWhy.ClientRule) { RuleId = expected.Id },
                Decide(new ClientRules(rules[skipped..]), movement)
            );
        }
        Assert.Null(Decide(new ClientRules(rules[..1]), movement));
        Assert.Null(Decide(ClientRules.None, movement));
    }

    [Fact]
    public void What_the_user_said_goes_before_a_rule_and_a_rule_before_the_platform()
    {
        var movement = Rows.Booked(-1200, 1, "CB BOULANGERIE DUPUIS LYON");
        var parts = LabelParts.Of(movement);
        var said = new Dictionary<string, string> { [parts.MerchantKey!] = "CULTURE" };
        var rules = new ClientRules([new(1, "PETS", new() { Label = "boulangerie" })]);

        Assert.Equal("CULTURE", new OwnCategories(said, rules).Decide(movement, parts, null).Id);
        Assert.Equal("PETS", new OwnCategories(said, rules).RulesAlone.Decide(movement, parts, null).Id);
        Assert.Equal("CULTURE", new OwnCategories(said, ClientRules.None).Decide(movement, parts, null).Id);
        Assert.Equal("SNAKS_ANDWORK_MEALS", OwnCategories.None.Decide(movement, parts, null).Id);
    }

    [Fact]
    public void Two_spellings_of_the_same_conditions_have_one_signature()
    {
        var one = new RuleConditions
        {
            Label = "Café  du Port",
            Merchant = "l'oréal",
            CreditorId = "fr47edf001007",
            MinAmount = -10.50m,
        };
        var same = new RuleConditions
        {
            Label = "CAFE DU PORT",
            Merchant = "L OREAL",
            CreditorId = "FR47ZZZ001007",
            MinAmount = -10.5m,
        };

        Assert.Equal(one.Signature, same.Signature);
        Assert.NotEqual(one.Signature, (one with { MinAmount = null, MaxAmount = -10.5m }).Signature);
        Assert.NotEqual(one.Signature, (one with { Label = one.Merchant, Merchant = one.Label }).Signature);
        Assert.True(new RuleConditions().IsEmpty);
        Assert.False(one.IsEmpty);
    }

    private static bool Holds(RuleConditions conditions, Movement movement) =>
        Decide(new ClientRules([new(1, "PETS", conditions)]), movement) is not null;

    private static CategoryDecision? Decide(ClientRules rules, Movement movement) =>
        rules.Decide(movement, LabelParts.Of(movement), BankAccountType.Checkings);
}
