using Affluent.Connectors.Contract;

namespace Affluent.Ledger.Tests;

public sealed class AccountIdentityTests
{
    private const string Iban = "FR1420041010050500013M02606";

    private static readonly BankAccount Current = new()
    {
        Reference = "r1",
        Iban = Iban,
        Number = "0500013M026",
        Name = "Compte courant",
        Type = BankAccountType.Checkings,
        Currency = "EUR",
    };

    private static readonly BankAccount Savings = new()
    {
        Reference = "r2",
        Number = "LIV 000-123",
        Name = "Livret A",
        Type = BankAccountType.Savings,
        Currency = "EUR",
    };

    [Fact]
    public void An_account_keeps_its_key_over_consents_and_channels()
    {
        var key = AccountIdentity.KeyOf(Current);

        Assert.Equal($"iban:{Iban}:EUR", key);
        Assert.Equal(
            key,
            AccountIdentity.KeyOf(
                Current with
                {
                    Reference = "another consent",
                    Iban = "fr14 2004 1010 0505 0001 3m02 606",
                    Number = null,
                    Name = "CCP M. MARTIN",
                    Type = null,
                    Currency = "eur",
                }
            )
        );
    }

    [Fact]
    public void A_french_rib_counts_as_its_iban() =>
        Assert.Equal(
            AccountIdentity.KeyOf(Current),
            AccountIdentity.KeyOf(Current with { Iban = null, Number = "20041 01005 0500013M026 06" })
        );

    [Fact]
    public void Two_currencies_under_one_iban_are_two_accounts() =>
        Assert.NotEqual(AccountIdentity.KeyOf(Current), AccountIdentity.KeyOf(Current with { Currency = "USD" }));

    [Theory]
    [InlineData("FR1520041010050500013M02606")]
    [InlineData("FR14")]
    [InlineData("not an iban at all")]
    [InlineData("")]
    public void Check_digits_that_do_not_hold_make_no_iban(string text) =>
        Assert.Null(AccountIdentity.NormalizeIban(text));

    [Fact]
    public void A_wrong_iban_is_still_the_number_that_the_bank_uses() =>
        Assert.Equal(
            "number:FR1520041010050500013M02606:EUR",
            AccountIdentity.KeyOf(Current with { Iban = "FR1520041010050500013M02606" })
        );

    [Fact]
    public void A_card_is_known_by_its_last_digits_however_it_is_masked()
    {
        BankAccount Card(string number) =>
            new()
            {
                Reference = number,
                Number = number,
                Type = BankAccountType.CreditCard,
                Currency = "EUR",
            };

        Assert.Equal("card:4034:EUR", AccountIdentity.KeyOf(Card("4978******304034")));
        Assert.Equal("card:4034:EUR", AccountIdentity.KeyOf(Card("XXXX XXXX XXXX 4034")));
        Assert.Equal("card:4034:EUR", AccountIdentity.KeyOf(Card("4978 0000 0030 4034")));
    }

    [Fact]
    public void A_card_that_shows_the_iban_of_the_account_behind_it_is_not_that_account()
    {
        var card = Current with { Type = BankAccountType.CreditCard, Number = "**** 4034" };

        Assert.Equal($"iban:{Iban}:card:4034:EUR", AccountIdentity.KeyOf(card));
    }

    [Fact]
    public void Without_an_iban_the_number_counts_whatever_its_spacing()
    {
        Assert.Equal("number:LIV000123:EUR", AccountIdentity.KeyOf(Savings));
        Assert.Equal(AccountIdentity.KeyOf(Savings), AccountIdentity.KeyOf(Savings with { Number = "liv 000 123" }));
    }

    [Fact]
    public void Without_any_number_name_kind_and_holder_count_and_the_reference_only_last()
    {
        var bare = Savings with { Number = null };

        Assert.Equal(AccountIdentity.KeyOf(bare), AccountIdentity.KeyOf(bare with { Reference = "other" }));
        Assert.NotEqual(AccountIdentity.KeyOf(bare), AccountIdentity.KeyOf(bare with { Name = "LDDS" }));
        Assert.NotEqual(
            AccountIdentity.KeyOf(bare with { Name = null }),
            AccountIdentity.KeyOf(bare with { Name = null, Reference = "other" })
        );
    }

    [Fact]
    public void Accounts_of_one_list_never_share_a_key_and_the_order_of_the_list_has_no_say()
    {
        BankAccount[] list =
        [
            Current,
            Current with
            {
                Name = "Compte joint",
            },
            Savings,
            Savings with
            {
                Reference = "r9",
            },
            Savings with
            {
                Reference = "r3",
                Name = "LDDS",
            },
        ];

        var keys = AccountIdentity.KeysOf(list);

        Assert.Equal(list.Length, keys.Distinct().Count());
        Assert.Equal(keys.Reverse(), AccountIdentity.KeysOf([.. list.Reverse()]));
        Assert.DoesNotContain(AccountIdentity.KeyOf(Current), keys);
    }

    [Fact]
    public void Accounts_that_differ_have_the_key_that_each_has_alone() =>
        Assert.Equal(
            [AccountIdentity.KeyOf(Current), AccountIdentity.KeyOf(Savings)],
            AccountIdentity.KeysOf([Current, Savings])
        );

    [Fact]
    public void Accounts_equal_in_all_but_the_banks_reference_are_numbered_in_its_order()
    {
        BankAccount[] list = [Savings with { Reference = "r9" }, Savings with { Reference = "r3" }];

        var keys = AccountIdentity.KeysOf(list);

        Assert.EndsWith("#2", keys[0], StringComparison.Ordinal);
        Assert.EndsWith("#1", keys[1], StringComparison.Ordinal);
    }

    [Fact]
    public void The_iban_that_the_bank_calls_so_comes_before_one_in_the_place_of_the_number()
    {
        const string other = "NO9386011117947";

        Assert.Equal($"iban:{Iban}:EUR", AccountIdentity.KeyOf(Current with { Number = other }));
        Assert.Equal($"iban:{other}:EUR", AccountIdentity.KeyOf(Current with { Iban = null, Number = other }));
    }

    [Theory]
    [InlineData(BankAccountType.Savings, "00012345678", "number:00012345678:EUR")]
    [InlineData(BankAccountType.CreditCard, "CB 4978 4034 REF", "number:CB49784034REF:EUR")]
    [InlineData(BankAccountType.CreditCard, "4034", "card:4034:EUR")]
    [InlineData(BankAccountType.CreditCard, "034", "number:034:EUR")]
    public void Only_a_cards_own_number_or_a_masked_one_is_that_of_a_card(
        BankAccountType type,
        string number,
        string key
    ) => Assert.Equal(key, AccountIdentity.KeyOf(Savings with { Type = type, Number = number }));
}
