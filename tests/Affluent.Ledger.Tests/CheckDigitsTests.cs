using System.Globalization;
using System.Numerics;
using Affluent.Connectors.Contract;
using CsCheck;

namespace Affluent.Ledger.Tests;

/// <summary>IBAN and RIB against their published formulas, for any number.</summary>
public sealed class CheckDigitsTests
{
    private const string Digits = "0123456789";
    private const string Letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

    // What a RIB counts for each of the letters.
    private const string DigitOfLetter = "12345678912345678923456789";

    private static readonly Gen<string> Country = Gen.Char[Letters].Array[2].Select(string.Concat);

    private static readonly Gen<(string Bank, string Branch, string Account)> Rib = Gen.Select(
        Gen.Char[Digits].Array[5].Select(string.Concat),
        Gen.Char[Digits].Array[5].Select(string.Concat),
        // "XX" would be taken for the mask of a card number.
        Gen.Char[Digits + Letters]
            .Array[11]
            .Select(string.Concat)
            .Where(account => !account.Contains("XX", StringComparison.Ordinal))
    );

    [Fact]
    public void A_text_of_15_to_34_characters_whose_check_digits_hold_is_an_iban() =>
        Gen.Select(Country, Gen.Char[Digits + Letters].Array[9, 33], Gen.Int[1, 96])
            .Sample(
                (country, rest, off) =>
                {
                    var check = CheckDigits(country, string.Concat(rest));
                    var iban = $"{country}{check:00}{string.Concat(rest)}";
                    var wrong = $"{country}{2 + ((check - 2 + off) % 97):00}{string.Concat(rest)}";

                    Assert.Equal(iban.Length is >= 15 and <= 34 ? iban : null, AccountIdentity.NormalizeIban(iban));
                    Assert.Null(AccountIdentity.NormalizeIban(wrong));
                }
            );

    [Theory]
    [InlineData("NO9386011117947")]
    [InlineData("MT84MALT011000012345MTLCAST001S")]
    public void Published_examples_are_ibans(string iban) => Assert.Equal(iban, AccountIdentity.NormalizeIban(iban));

    [Fact]
    public void A_rib_whose_key_holds_makes_an_iban_and_no_other_does() =>
        Gen.Select(Rib, Gen.Int[1, 96])
            .Sample(
                (rib, off) =>
                {
                    var number = $"{rib.Bank}{rib.Branch}{rib.Account}";
                    var key = RibKey(rib.Bank, rib.Branch, rib.Account);
                    var right = $"{number}{key:00}";
                    var wrong = $"{number}{1 + ((key - 1 + off) % 97):00}";

                    Assert.Equal($"iban:FR{CheckDigits("FR", right):00}{right}:EUR", KeyOf(right));
                    Assert.Equal($"number:{wrong}:EUR", KeyOf(wrong));
                }
            );

    [Fact]
    public void Letters_stand_only_in_the_account_of_a_rib() =>
        Gen.Select(Rib, Gen.OneOf(0, 9, 21, 22))
            .Sample(
                (rib, place) =>
                {
                    // The letter counts as much as the digit did: only where it stands is wrong.
                    var right = $"{rib.Bank}{rib.Branch}{rib.Account}{RibKey(rib.Bank, rib.Branch, rib.Account):00}";
                    var letter = DigitOfLetter.IndexOf(right[place], StringComparison.Ordinal);
                    if (letter < 0)
                    {
                        return;
                    }
                    var wrong = $"{right[..place]}{Letters[letter]}{right[(place + 1)..]}";

                    Assert.Equal($"number:{wrong}:EUR", KeyOf(wrong));
                }
            );

    private static string KeyOf(string number) =>
        AccountIdentity.KeyOf(
            new BankAccount
            {
                Reference = "r",
                Number = number,
                Currency = "EUR",
            }
        );

    // ISO 13616 with ISO 7064: letters are 10 to 35, country and check digits stand last, the whole leaves 1.
    private static int CheckDigits(string country, string rest) =>
        98
        - (int)(
            BigInteger.Parse(
                string.Concat($"{rest}{country}00".Select(c => char.IsAsciiDigit(c) ? $"{c}" : $"{c - 'A' + 10}")),
                CultureInfo.InvariantCulture
            ) % 97
        );

    private static int RibKey(string bank, string branch, string account) =>
        97 - (int)(((89 * Number(bank)) + (15 * Number(branch)) + (3 * Number(account))) % 97);

    private static long Number(string text) =>
        long.Parse(
            string.Concat(text.Select(c => char.IsAsciiDigit(c) ? c : DigitOfLetter[c - 'A'])),
            CultureInfo.InvariantCulture
        );
}
