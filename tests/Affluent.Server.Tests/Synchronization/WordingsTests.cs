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

    private static ClientRules Rules(RuleConditions conditions) => new([new ClientRule(1, "TRANSPORT", conditions)]);
}
