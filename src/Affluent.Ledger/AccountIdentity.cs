using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Affluent.Connectors.Contract;

namespace Affluent.Ledger;

/// <summary>
/// A text that names an account the same way at every consent and over both channels, so that history is never doubled.
/// Same key = same account, within one bank and one user. The key takes the first of these that the bank gives:
/// <list type="number">
/// <item>the IBAN, when its check digits hold (ISO 13616); a French RIB counts as the IBAN that it makes;</item>
/// <item>the last four digits of a card, since two channels of one bank mask the rest differently (and a full card number must
/// not be kept); a card with an IBAN carries both, for the IBAN is often that of the account which pays it;</item>
/// <item>the bank's own number, letters and digits only;</item>
/// <item>a hash of kind, name and holder; the bank's reference only when there is nothing else, since it need not outlive
/// the session.</item>
/// </list>
/// The currency always belongs to it: some banks keep several currencies under one IBAN.
/// </summary>
public static class AccountIdentity
{
    /// <summary>
    /// The keys of one list of accounts, in its order, all different. Accounts of one list are different accounts: where keys
    /// meet, each of them gets a hash of its kind, number and name appended, and where these are equal too, a number in the
    /// order of the bank's references. None is merged and none takes over the plain key, which may belong to a third.
    /// </summary>
    public static IReadOnlyList<string> KeysOf(IReadOnlyList<BankAccount> accounts)
    {
        var keys = accounts.Select(KeyOf).ToArray();
        Separate(accounts, keys, account => Hash($"{account.Type}|{account.Number}|{account.Name}"));
        foreach (var same in Meetings(keys))
        {
            var place = 1;
            foreach (var index in same.OrderBy(index => accounts[index].Reference, StringComparer.Ordinal))
            {
                keys[index] += string.Create(CultureInfo.InvariantCulture, $"#{place++}");
            }
        }
        return keys;
    }

    /// <summary>The key of an account by itself; use <see cref="KeysOf"/> for a list.</summary>
    public static string KeyOf(BankAccount account)
    {
        var currency = account.Currency.Trim().ToUpperInvariant();
        var number = Compact(account.Number);
        var iban = NormalizeIban(account.Iban) ?? NormalizeIban(account.Number) ?? IbanOfRib(number);
        var card = CardDigits(account);
        if (iban is not null)
        {
            return card is null ? $"iban:{iban}:{currency}" : $"iban:{iban}:card:{card}:{currency}";
        }
        if (card is not null)
        {
            return $"card:{card}:{currency}";
        }
        // An IBAN whose check digits are wrong is still the number that the bank uses.
        if (Compact(account.Iban) is { Length: > 0 } other)
        {
            return $"number:{other}:{currency}";
        }
        if (number.Length > 0)
        {
            return $"number:{number}:{currency}";
        }
        var stable = $"{account.Type}|{Compact(account.Name)}|{Compact(account.OwnerName)}";
        return Compact(account.Name).Length > 0
            ? $"hash:{Hash(stable)}:{currency}"
            : $"hash:{Hash($"{stable}|{account.Reference}")}:{currency}";
    }

    /// <summary>The IBAN without blanks, in upper case; null when it is none or its check digits are wrong (ISO 7064, mod 97-10).</summary>
    public static string? NormalizeIban(string? iban)
    {
        var text = Compact(iban);
        if (text is not { Length: >= 15 and <= 34 } || !char.IsAsciiLetter(text[0]) || !char.IsAsciiLetter(text[1]))
        {
            return null;
        }
        return Mod97(text[4..] + text[..4]) == 1 ? text : null;
    }

    // France and Monaco show accounts as bank (5), branch (5), account (11), key (2); the whole is divisible by 97 once letters
    // are digits.
    private static string? IbanOfRib(string number)
    {
        if (number.Length != 23 || !number[..10].All(char.IsAsciiDigit) || !number[21..].All(char.IsAsciiDigit))
        {
            return null;
        }
        var digits = string.Concat(number.Select(RibDigit));
        return Mod97(digits) != 0 ? null : $"FR{98 - Mod97(number + "FR00"):00}{number}";
    }

    private static char RibDigit(char c) =>
        c switch
        {
            >= 'A' and <= 'I' => (char)('1' + (c - 'A')),
            >= 'J' and <= 'R' => (char)('1' + (c - 'J')),
            >= 'S' and <= 'Z' => (char)('2' + (c - 'S')),
            _ => c,
        };

    private static int Mod97(string text)
    {
        var rest = 0;
        foreach (var c in text)
        {
            rest = char.IsAsciiDigit(c) ? ((rest * 10) + c - '0') % 97 : ((rest * 100) + c - 'A' + 10) % 97;
        }
        return rest;
    }

    private static string? CardDigits(BankAccount account)
    {
        if (account.Number is not { } number)
        {
            return null;
        }
        var masked = number.AsSpan().ContainsAny("*•#") || number.Contains("XX", StringComparison.OrdinalIgnoreCase);
        var digits = string.Concat(number.Where(char.IsAsciiDigit));
        var isCard =
            masked || (account.Type == BankAccountType.CreditCard && number.All(c => char.IsAsciiDigit(c) || c == ' '));
        return isCard && digits.Length >= 4 ? digits[^4..] : null;
    }

    private static string Compact(string? text) =>
        text is null ? "" : string.Concat(text.Where(char.IsAsciiLetterOrDigit)).ToUpperInvariant();

    private static void Separate(IReadOnlyList<BankAccount> accounts, string[] keys, Func<BankAccount, string> by)
    {
        foreach (var index in Meetings(keys).SelectMany(same => same))
        {
            keys[index] += $"~{by(accounts[index])}";
        }
    }

    private static List<int[]> Meetings(string[] keys) =>
        [
            .. keys.Select((key, index) => (key, index))
                .GroupBy(pair => pair.key, pair => pair.index)
                .Select(same => same.ToArray())
                .Where(same => same.Length > 1),
        ];

    private static string Hash(string text) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)).AsSpan(0, 12));
}
