namespace Affluent.Ledger.Tests;

public sealed class GuessTests
{
    [Theory]
    [InlineData("CARTE X1234 BRASSERIE", -1200, TransactionType.PointOfSale)]
    [InlineData("CARTE X1234 A 08H55 RETRAIT DAB LA POSTE", -4000, TransactionType.Atm)]
    [InlineData("PRLV SEPA EDF CLIENTS", -6000, TransactionType.DirectDebit)]
    [InlineData("VIR SALAIRE ATELIER NORD", 210000, TransactionType.DirectDeposit)]
    [InlineData("DEBIT CARTE BANCAIRE DIFFERE", -53801, TransactionType.CreditCardPayment)]
    [InlineData("COTISATION CARTE VISA", -450, TransactionType.BankFee)]
    [InlineData("CHEQUE EMIS 123", -8000, TransactionType.Check)]
    [InlineData("VIREMENT VERS LIVRET A", -10000, TransactionType.PotentialTransfer)]
    [InlineData("VIREMENT PERMANENT LOYER", -59000, TransactionType.RepeatingPayment)]
    [InlineData("INTERETS CREDITEURS", 312, TransactionType.Interest)]
    [InlineData("REMBOURSEMENT CARTE BRASSERIE", 1200, TransactionType.Credit)]
    [InlineData("MARTIN ZOE", -1200, TransactionType.Debit)]
    [InlineData("MARTIN ZOE", 1200, TransactionType.Credit)]
    [InlineData("MARTIN ZOE", 0, TransactionType.Credit)]
    [InlineData("CARTE BRASSERIE", 0, TransactionType.Credit)]
    [InlineData("VIR SALAIRE", 0, TransactionType.Credit)]
    public void A_type_is_given_only_where_words_and_sign_say_so(string text, long amount, TransactionType type) =>
        Assert.Equal(type, TransactionTypes.Guess(Rows.Booked(amount, 1, text)));

    [Theory]
    [InlineData("PMNT-CCRD-CWDL", TransactionType.Atm)]
    [InlineData("PMNT-CCRD-POSD", TransactionType.PointOfSale)]
    [InlineData("PMNT-RDDT-ESDD", TransactionType.DirectDebit)]
    [InlineData("PMNT/ICHQ/CCHQ", TransactionType.Check)]
    [InlineData("PMNT.CNTR.CDPT", TransactionType.Deposit)]
    [InlineData("PMNT CNTR BCWD", TransactionType.Cash)]
    [InlineData("pmnt-rcdt-sala", TransactionType.DirectDeposit)]
    [InlineData("PMNT-ICDT-BOOK", TransactionType.PotentialTransfer)]
    [InlineData("PMNT-ICDT-STDO", TransactionType.RepeatingPayment)]
    [InlineData("ACMT-MCOP-INTR", TransactionType.Interest)]
    [InlineData("SECU-CORP-DVCA", TransactionType.Dividend)]
    [InlineData("ACMT-MDOP-CHRG", TransactionType.BankFee)]
    [InlineData("ACMT-MDOP-FEES", TransactionType.BankFee)]
    [InlineData("ACMT-MDOP-COMM", TransactionType.BankFee)]
    [InlineData("PMNT-RCDT-ESCT", TransactionType.Debit)]
    [InlineData("CCRD-CWDL", TransactionType.Debit)]
    [InlineData("nonsense", TransactionType.Debit)]
    public void The_code_of_the_bank_comes_before_words(string code, TransactionType type) =>
        Assert.Equal(type, TransactionTypes.Guess(Rows.Booked(-100, 1, "MARTIN") with { Code = code }));

    [Fact]
    public void A_check_number_makes_a_check() =>
        Assert.Equal(
            TransactionType.Check,
            TransactionTypes.Guess(Rows.Booked(-100, 1, "CARTE") with { CheckNumber = "17" })
        );

    [Theory]
    [InlineData("CB CARREFOUR CITY PARIS", -1200, "SUPERMARKET")]
    [InlineData("PRLV SEPA CARREFOUR BANQUE", -1200, "CONSUMER_LOAN")]
    [InlineData("PRLV FREE MOBILE", -1999, "TELECOM")]
    [InlineData("VIR SALAIRE", 200000, "SALARY")]
    [InlineData("CARREFOUR", 1200, "UNCATEGORIZED")]
    [InlineData("AVOIR CARREFOUR", 1200, "REFUND")]
    [InlineData("CB CARREFOUR", 0, "SUPERMARKET")]
    [InlineData("INTERETS CREDITEURS", 312, "INTEREST_INCOME")]
    [InlineData("INTERETS DEBITEURS", -312, "UNCATEGORIZED")]
    [InlineData("INTERETS", 0, "UNCATEGORIZED")]
    [InlineData("DIVIDENDES", 4000, "INTEREST_INCOME")]
    [InlineData("FRAIS DE TENUE DE COMPTE", -200, "BANK_FEES")]
    [InlineData("DEBIT CARTE BANCAIRE DIFFERE", -53801, "DEFERRED_CARD")]
    [InlineData("VIREMENT INTERNE", -53801, "SAVINGS_AND_TRANSFERS")]
    [InlineData("RETRAIT DAB", -4000, "CASH_WITHDRAWAL")]
    [InlineData("MARTIN ZOE", -4000, "UNCATEGORIZED")]
    public void A_category_is_given_only_where_words_or_type_say_so(string text, long amount, string category)
    {
        var movement = Rows.Booked(amount, 1, text);
        Assert.Equal(category, Categorization.Guess(movement, LabelParts.Of(movement)).Id);
    }

    [Fact]
    public void The_other_side_names_a_category_where_the_text_does_not()
    {
        var movement = Rows.Booked(-1200, 1, "PAIEMENT 12") with { Counterparty = "Carrefour" };

        Assert.Equal("SUPERMARKET", Categorization.Guess(movement, LabelParts.Of(movement)).Id);
    }

    [Fact]
    public void An_indented_line_of_the_table_is_a_child_of_the_last_one_that_is_not() =>
        Assert.Equal(
            [
                new Category("HOME", null, CategoryKind.Expense, "Maison", "Home"),
                new Category("RENT", "HOME", CategoryKind.Expense, "Loyer", "Rent"),
                new Category("GARDEN", "HOME", CategoryKind.Expense, "Jardin", "Garden"),
                new Category("EARNED", null, CategoryKind.Income, "Revenus", "Earned"),
                new Category("WAGE", "EARNED", CategoryKind.Income, "Paie", "Wage"),
            ],
            Categories.Read(
                """
                HOME | - | Maison | Home
                  RENT | - | Loyer | Rent
                  GARDEN | - | Jardin | Garden
                EARNED | + | Revenus | Earned
                  WAGE | + | Paie | Wage
                """
            )
        );

    [Fact]
    public void The_tree_has_two_levels_and_the_published_codes()
    {
        Assert.Equal(Categories.All.Count, Categories.ById.Count);
        foreach (var category in Categories.All)
        {
            Assert.NotEqual("", category.French);
            Assert.NotEqual("", category.English);
            Assert.True(category.ParentId is null || Categories.ById[category.ParentId].ParentId is null);
            Assert.True(category.ParentId is null || Categories.ById[category.ParentId].Kind == category.Kind);
        }
        string[] daily = ["SUPERMARKET", "CONSUMER_LOAN", "DRESSING", "PETS", "TELECOM", "SNAKS_ANDWORK_MEALS"];
        Assert.All(daily, id => Assert.Equal("DAILY_LIFE", Categories.ById[id].ParentId));
        Assert.Contains("SERVICES", Categories.ById.Keys);
        Assert.Null(Categories.ById[Categories.Uncategorized].ParentId);
    }

    [Fact]
    public void Every_rule_names_a_category_of_the_tree() =>
        Assert.Empty(CategoryRules.All.Meanings.Except(Categories.ById.Keys));

    [Fact]
    public void Every_row_of_the_shared_files_gets_a_type_of_its_sign_and_a_known_category()
    {
        foreach (var (file, amount, raw) in SharedFiles.Labels())
        {
            var movement = Rows.Booked(amount, 1, raw);
            var type = TransactionTypes.Guess(movement);
            Assert.True(Enum.IsDefined(type), $"{file}: {raw}");
            Assert.False(type == TransactionType.PointOfSale && amount > 0, $"{file}: {raw}");
            Assert.Contains(Categorization.Guess(movement, LabelParts.Of(movement)).Id, Categories.ById.Keys);
        }
    }
}
