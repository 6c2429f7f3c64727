using Affluent.Connectors.Contract;

namespace Affluent.Ledger.Tests;

/// <summary>Which of the accounts held an account of the bank's list is.</summary>
public sealed class AccountMatchingTests
{
    private const string Iban = "FR1420041010050500013M02606";

    private static readonly BankAccount Current = new()
    {
        Reference = "A1",
        Iban = Iban,
        Name = "Compte courant",
        Type = BankAccountType.Checkings,
        Currency = "EUR",
    };

    private static readonly BankAccount Card = Current with
    {
        Reference = "C1",
        Name = "Carte",
        Type = BankAccountType.CreditCard,
    };

    [Fact]
    public void A_card_that_appears_under_the_iban_of_the_account_that_pays_it_is_new()
    {
        var held = Held([Current]);

        Assert.Equal([null, 0], Indices([Card, Current], held));
        Assert.Equal([0, null], Indices([Current, Card], held));
        Assert.Equal([null], Indices([Card], held));
    }

    [Fact]
    public void Both_keep_their_ids_under_the_references_of_another_consent()
    {
        var held = Held([Current, Card]);

        Assert.Equal([1, 0], Indices([Card with { Reference = "x" }, Current with { Reference = "y" }], held));
        Assert.Equal([1], Indices([Card with { Reference = "x" }], held));
    }

    [Fact]
    public void Pockets_of_one_name_are_told_apart_by_their_references()
    {
        var held = Held([Pocket("p2"), Pocket("p5")]);

        Assert.Equal([null, 0, 1], Indices([Pocket("p1"), Pocket("p2"), Pocket("p5")], held));
        Assert.Equal([1], Indices([Pocket("p5")], held));
        // Nothing tells which is which: two new ones, for an id never passes to another account.
        Assert.Equal([null, null], Indices([Pocket("q1"), Pocket("q2")], held));
    }

    [Fact]
    public void A_pocket_that_opens_as_another_of_its_name_closes_is_new_where_references_last()
    {
        var held = Held([Pocket("p1"), Pocket("p2")]);

        Assert.Equal([1, null], Indices([Pocket("p2"), Pocket("p0")], held));
        Assert.Equal([null, 0], Indices([Pocket("p0"), Pocket("p1")], held));
    }

    [Fact]
    public void A_second_card_under_one_iban_is_not_the_one_that_ended()
    {
        var held = Held([Current, Card, Card with { Reference = "C2" }]);

        Assert.Equal(
            [0, 2, null],
            Indices([Current, Card with { Reference = "C2" }, Card with { Reference = "C3" }], held)
        );
        // The only one under another reference than the account's: the card that was sent in its place.
        Assert.Equal([0, 1], Indices([Current, Card with { Reference = "C9" }], Held([Current, Card])));
    }

    [Fact]
    public void An_account_without_number_keeps_its_id_under_another_name()
    {
        var held = Held([Pocket("S1", "Projet"), Current]);

        var matches = AccountMatching.Match([Current, Pocket("S1", "Maison")], held);

        Assert.Equal([1, 0], matches.Select(m => m.Held));
        Assert.Equal(2, matches.Select(m => m.Identity).Distinct().Count());
        // Its name of now is its key from now on: a later account of the old name is another one.
        Assert.Equal([null], Indices([Pocket("S9", "Projet")], [held[0] with { Identity = matches[1].Identity }]));
    }

    [Fact]
    public void A_new_name_under_an_old_reference_is_believed_only_where_references_last()
    {
        var held = Held([Pocket("1", "Projet"), Pocket("2", "Vacances")]);

        Assert.Equal([null, 1], Indices([Pocket("1", "Maison"), Pocket("3", "Vacances")], held));
        Assert.Equal([0, 1], Indices([Pocket("1", "Maison"), Pocket("2", "Vacances")], held));
    }

    [Fact]
    public void A_new_one_names_those_that_are_gone_and_that_nothing_tells_it_from()
    {
        var held = Held([Pocket("1", "Voyage"), Pocket("2", "Maison"), Current]);

        // The references last for none, so a pocket of another name may be the one that is gone or a new one.
        Assert.Equal(
            [
                [],
                [0],
            ],
            Candidates([Pocket("8", "Maison"), Pocket("9", "Vacances")], held)
        );
        // Another currency, another kind, a number of its own: those are told apart.
        Assert.Equal(
            [
                [],
            ],
            Candidates([Pocket("9", "Vacances") with { Currency = "USD" }], held)
        );
        Assert.Equal(
            [
                [],
            ],
            Candidates([Pocket("9", "Vacances") with { Type = BankAccountType.Loan }], held)
        );
        Assert.Equal(
            [
                [],
            ],
            Candidates([Pocket("9", "Vacances") with { Number = "77" }], held)
        );
        Assert.Equal(
            [
                [0, 1],
            ],
            Candidates([Pocket("9", "Vacances") with { Type = null }], held)
        );
    }

    [Fact]
    public void Two_currencies_under_one_reference_and_iban_are_two_accounts() =>
        Assert.Equal([0, null], Indices([Current, Current with { Currency = "USD" }], Held([Current])));

    [Fact]
    public void Whatever_is_listed_gets_keys_of_its_own()
    {
        BankAccount[] list = [Pocket("a"), Pocket("b"), Pocket("c"), Current, Card];
        var held = Held(list[1..]);

        var keys = AccountMatching.Match(list, held).Select(m => m.Identity).ToArray();

        Assert.Equal(keys.Length, keys.Distinct().Count());
        Assert.Equal([null, 0, 1, 2, 3], Indices(list, held));
    }

    private static BankAccount Pocket(string reference, string name = "Épargne") =>
        new()
        {
            Reference = reference,
            Name = name,
            Type = BankAccountType.Savings,
            Currency = "EUR",
        };

    private static int?[] Indices(BankAccount[] listed, HeldAccount[] held) =>
        [.. AccountMatching.Match(listed, held).Select(match => match.Held)];

    private static int[][] Candidates(BankAccount[] listed, HeldAccount[] held) =>
        [.. AccountMatching.Match(listed, held).Select(match => match.Candidates.ToArray())];

    private static HeldAccount[] Held(BankAccount[] accounts) =>
        [
            .. AccountMatching
                .Match(accounts, [])
                .Zip(accounts, (match, a) => new HeldAccount(match.Identity, a.Reference, a.Type, a.Name)),
        ];
}
