namespace Affluent.Ledger.Tests;

public sealed class CategorizationTests
{
    [Theory]
    [InlineData("PRLV SEPA X ID EMETTEUR/FR47EDF001007", "ENERGY", CategoryWhy.CreditorId)]
    [InlineData("PRLV SEPA X ID EMETTEUR/FR47ZZZ001007", "ENERGY", CategoryWhy.CreditorId)]
    [InlineData("CB CARREFOUR MARKET LYON", "SUPERMARKET", CategoryWhy.Merchant)]
    [InlineData("PAIEMENT PSC 1204 LYON PAUL CARTE 1234", "SNAKS_ANDWORK_MEALS", CategoryWhy.Merchant)]
    [InlineData("CB SARL LIDL", "SUPERMARKET", CategoryWhy.Merchant)]
    [InlineData("PAYPAL *SPOTIFY", "SUBSCRIPTIONS", CategoryWhy.Merchant)]
    [InlineData("CB BOULANGERIE DUPUIS LYON", "SNAKS_ANDWORK_MEALS", CategoryWhy.Words)]
    [InlineData("CB STATION LIDL", "FUEL", CategoryWhy.Words)]
    [InlineData("CB LECLERC VOYAGES", "TRAVEL", CategoryWhy.Words)]
    [InlineData("CB BRASSERIE DE LA POSTE", "RESTAURANT", CategoryWhy.Words)]
    [InlineData("CLINIQUE VETERINAIRE DES LILAS", "PETS", CategoryWhy.Words)]
    [InlineData("VIR SEPA MME FAURE MOTIF LOYER", "RENT", CategoryWhy.Words)]
    [InlineData("RETRAIT DAB LA POSTE LYON", "CASH_WITHDRAWAL", CategoryWhy.Kind)]
    [InlineData("DEBIT CARTE BANCAIRE DIFFERE", "DEFERRED_CARD", CategoryWhy.Kind)]
    [InlineData("VIR INST VERS MME PETIT CLAIRE", "UNCATEGORIZED", CategoryWhy.None)]
    [InlineData("VIR INST VERS PAUL MARTIN", "UNCATEGORIZED", CategoryWhy.None)]
    public void A_category_says_what_decided_it(string text, string category, CategoryWhy why)
    {
        var decision = Guess(text);
        Assert.Equal((category, why), (decision.Id, decision.Why));
        Assert.InRange(decision.Confidence, why == CategoryWhy.None ? 0 : 40, why == CategoryWhy.None ? 0 : 99);
    }

    [Theory]
    [InlineData("CB PETRIN QWXZ LYON", "SNAKS_ANDWORK_MEALS")]
    [InlineData("CB QWXZ SALADERIE LYON", "SNAKS_ANDWORK_MEALS")]
    [InlineData("KARTENZAHLUNG KINDERKRIPPE QWXZ", "CHILDCARE")]
    [InlineData("PINBETALING TANDHEELKUNDE QWXZ", "DOCTORS")]
    public void A_word_of_a_trade_decides_where_nothing_surer_does(string text, string category) =>
        Assert.Equal(new CategoryDecision(category, 80, CategoryWhy.Words), Guess(text));

    [Fact]
    public void A_word_of_a_trade_on_a_transfer_to_somebody_is_a_name() =>
        Assert.NotEqual(CategoryWhy.Words, Guess("VIR SEPA PETRIN ANDRE").Why);

    [Fact]
    public void A_word_of_a_trade_gives_no_expense_to_money_that_came() =>
        Assert.NotEqual("SNAKS_ANDWORK_MEALS", Guess("CB PETRIN QWXZ LYON", 1200).Id);

    [Fact]
    public void A_merchant_category_code_decides_where_the_words_say_nothing()
    {
        var movement = Rows.Booked(-1200, 1, "CB QWXZ 12") with { MerchantCategory = "5812" };
        Assert.Equal(
            new CategoryDecision("RESTAURANT", 92, CategoryWhy.MerchantCategoryCode),
            Categorization.Guess(movement, LabelParts.Of(movement))
        );
        Assert.Equal("SUPERMARKET", Guess("CB LIDL", code: "5812").Id);
    }

    [Theory]
    [InlineData("5411", "SUPERMARKET")]
    [InlineData("3005", "TRAVEL")]
    [InlineData("3381", "TAXI")]
    [InlineData("3750", "TRAVEL")]
    [InlineData("5541", "FUEL")]
    [InlineData("5999", null)]
    [InlineData("54", null)]
    [InlineData("54111", null)]
    [InlineData("-541", null)]
    [InlineData("abcd", null)]
    public void A_merchant_category_code_is_four_digits(string code, string? category) =>
        Assert.Equal(category, MerchantCodes.CategoryOf(code));

    [Theory]
    [InlineData("CARTE X1234 12/03 ZALANDO", 4000, "REFUND")]
    [InlineData("VIR SEPA RECU /DE ZALANDO", 4000, "UNCATEGORIZED")]
    [InlineData("AVOIR CARREFOUR", 1200, "REFUND")]
    [InlineData("VIR DE LIVRET A", 1200, "SAVINGS_AND_TRANSFERS")]
    [InlineData("VIR VERS LIVRET A", -1200, "SAVINGS_AND_TRANSFERS")]
    public void Money_that_came_is_income_a_refund_or_from_oneself(string text, long amount, string category) =>
        Assert.Equal(category, Guess(text, amount).Id);

    [Fact]
    public void Each_list_names_categories_of_the_tree()
    {
        Assert.Empty(TradeWords.All.Meanings.Except(Categories.ById.Keys));
        Assert.Empty(Merchants.All.Meanings.Select(m => m.CategoryId).Except(Categories.ById.Keys));
        Assert.Empty(MerchantCodes.All.Except(Categories.ById.Keys));
        Assert.Empty(Creditors.All.Select(row => row.Category).Except(Categories.ById.Keys));
        Assert.Empty(CategoryModel.Shipped.Ids.Except(Categories.ById.Keys));
    }

    [Fact]
    public void Each_name_and_word_is_written_as_words_are_compared()
    {
        var phrases = Phrases
            .Read(MerchantNames.Table)
            .Select(row => row.Phrase)
            .Concat(CategoryRules.Rows.Concat(TradeWords.Rows).Select(row => row.Phrase));
        Assert.All(phrases, phrase => Assert.Equal(phrase, string.Join(' ', Words(phrase))));
        Assert.DoesNotContain(phrases, phrase => phrase.Length == 0);
    }

    [Fact]
    public void Each_creditor_of_the_list_has_check_digits_that_hold() =>
        Assert.All(Creditors.All, row => Assert.True(Creditors.IsIdentifier(row.Id), row.Id));

    [Theory]
    [InlineData("FR47EDF001007", true)]
    [InlineData("FR47ABC001007", true)]
    [InlineData("FR48EDF001007", false)]
    [InlineData("DE98ZZZ09999999999", true)]
    [InlineData("FR47EDF", false)]
    [InlineData("fr47EDF001007", false)]
    [InlineData("FRA7EDF001007", false)]
    [InlineData("FR47EDF00100-", false)]
    public void A_creditor_identifier_has_a_form_and_check_digits(string text, bool holds) =>
        Assert.Equal(holds, Creditors.IsIdentifier(text));

    [Fact]
    public void A_model_is_read_as_it_was_written()
    {
        using var written = new MemoryStream();
        CategoryModel.Shipped.Write(written);
        var read = CategoryModel.Read(new MemoryStream(written.ToArray()));
        foreach (var text in new[] { "CB LE PETIT ZINC LYON", "CB GOLDENER HIRSCH", "PRLV SEPA XYZ ASSUR" })
        {
            var movement = Rows.Booked(-1200, 1, text);
            var parts = LabelParts.Of(movement);
            Assert.Equal(CategoryModel.Shipped.Guess(movement, parts), read.Guess(movement, parts));
        }
    }

    [Fact]
    public void The_model_gives_what_fits_the_sign_or_nothing()
    {
        foreach (var (_, _, raw) in SharedFiles.Labels())
        {
            foreach (var amount in new long[] { -100, 100 })
            {
                var movement = Rows.Booked(amount, 1, raw);
                var decision = CategoryModel.Shipped.Guess(movement, LabelParts.Of(movement));
                Assert.True(
                    decision.Id == Categories.Uncategorized || Categorization.Fits(decision.Id, amount),
                    $"{raw}: {decision}"
                );
            }
        }
    }

    [Fact]
    public void A_label_longer_than_any_bank_prints_is_categorised_too() =>
        Assert.True(
            Categories.ById.ContainsKey(Guess("CB " + string.Concat(Enumerable.Repeat("ABCDEFGHIJKLMNOP", 5000))).Id)
        );

    private static IEnumerable<string> Words(string text)
    {
        var words = Tokens.Words(text);
        return Enumerable.Range(0, words.Count).Select(i => words.Whole(i).ToString());
    }

    private static CategoryDecision Guess(string text, long amount = -1200, string? code = null)
    {
        var movement = Rows.Booked(amount, 1, text) with { MerchantCategory = code };
        return Categorization.Guess(movement, LabelParts.Of(movement));
    }
}
