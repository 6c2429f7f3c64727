using Affluent.Connectors.Contract;
using Affluent.Ledger;
using Affluent.Server.Synchronization;
using CsCheck;
using Xunit;

namespace Affluent.Server.Tests.Synchronization;

/// <summary>A text that is not read again means what it would mean if it were.</summary>
public sealed class WordingsTests
{
    private static readonly Gen<Movement> Movements = Gen.Select(
        Gen.OneOf("CB CARREFOUR CITY PARIS 12/03", "PRLV SEPA EDF", "CHEQUE 1234567", "VIR SALAIRE", ""),
        Gen.OneOf(-250_000m, -120.5m, -1m, 0m, 1m, 250_000m),
        Gen.Int[0, 20_000],
        Gen.OneOf<string?>(null, "EDF", "5411", "FR72ZZZ123456"),
        Gen.OneOf(TransactionStatus.Booked, TransactionStatus.Pending),
        (text, amount, day, field, status) =>
            new Movement
            {
                BankId = $"{day}",
                Amount = amount,
                Currency = "EUR",
                Day = day,
                BookingDay = day,
                Status = status,
                Text = text,
                Counterparty = field,
                MerchantCategory = field is "5411" ? field : null,
                CreditorId = field is "FR72ZZZ123456" ? field : null,
                CheckNumber = field is "5411" ? "77" : null,
            }
    );

    private static readonly OwnCategories[] Owns =
    [
        OwnCategories.None,
        new(new Dictionary<string, string> { ["-EDF"] = "LEISURE" }, ClientRules.None),
        new(OwnCategories.None.ByMerchant, Rules(new() { Label = "carrefour", Sign = AmountSign.Negative })),
        new(OwnCategories.None.ByMerchant, Rules(new() { Label = "carrefour", MinAmount = -2m })),
        new(OwnCategories.None.ByMerchant, Rules(new() { Label = "salaire", MaxAmount = 100m })),
    ];

    [Fact]
    public void Each_is_worded_as_if_it_were_alone() =>
        Gen.Select(Movements.Array[1, 40], Gen.Int[0, Owns.Length - 1])
            .Sample(
                (movements, own) =>
                {
                    var wordings = new Wordings(BankAccountType.Checkings, Owns[own]);
                    foreach (var movement in movements)
                    {
                        Assert.Equal(Wording.Of(movement, BankAccountType.Checkings, Owns[own]), wordings.Of(movement));
                    }
                }
            );

    [Fact]
    public void Whatever_is_told_of_a_movement_makes_others_words_but_its_days_id_and_state()
    {
        var plain = new Movement
        {
            Amount = 1,
            Currency = "EUR",
            Day = 1,
            Status = TransactionStatus.Booked,
            Text = "A",
        };
        Movement[] others =
        [
            plain with
            {
                BankId = "x",
            },
            plain with
            {
                Amount = 2,
            },
            plain with
            {
                Day = 2,
            },
            plain with
            {
                BookingDay = 2,
            },
            plain with
            {
                ValueDay = 2,
            },
            plain with
            {
                TransactionDay = 2,
            },
            plain with
            {
                Status = TransactionStatus.Pending,
            },
            plain with
            {
                Amount = -1,
            },
            plain with
            {
                Currency = "USD",
            },
            plain with
            {
                Text = "B",
            },
            plain with
            {
                Counterparty = "x",
            },
            plain with
            {
                Code = "x",
            },
            plain with
            {
                CheckNumber = "x",
            },
            plain with
            {
                Mandate = "x",
            },
            plain with
            {
                CreditorId = "x",
            },
            plain with
            {
                EndToEndId = "x",
            },
            plain with
            {
                MerchantCategory = "x",
            },
        ];

        Assert.Equal(
            Enumerable.Range(0, 17).Select(i => i < 7),
            others.Select(o => new Wordings.SameWords().Equals(plain, o))
        );
        // A member that is added is thought of: the amount is tried twice.
        Assert.Equal(16, typeof(Movement).GetProperties().Count(property => property.CanWrite));
    }

    private static ClientRules Rules(RuleConditions conditions) => new([new ClientRule(1, "TRANSPORT", conditions)]);
}
