using System.Collections.Frozen;

namespace Affluent.Ledger;

/// <summary>
/// SEPA creditor identifiers (EPC262-08): country, two check digits, three characters of the creditor's own choice, national identifier.
/// The check digits hold over all but the three.
/// </summary>
public static class Creditors
{
    private const int NationalStart = 7;

    // Identifiers that creditors print on their invoices and mandates.
    private const string Table = """
        ENERGY: FR47EDF001007, FR03SYM002381, FR37ZZZ002933, DE41EON00000129793
        TELECOM: FR07ZZZ591778, FR83ZZZ459654, FR35777418323, DE93ZZZ00000078611, NL85ZZZ140522640000
        INSURANCE: FR92ZZZ620803, FR64777395200
        HEALTH_INSURANCE: FR92ZZZ127655, FR62ZZZ102296
        TAXES: FR46ZZZ005002, FR86ZZZ112534, NL35ZZZ273653230000, NL07ZZZ082053570000
        RENT: FR97ZZZ607618, NL91ZZZ200671250000
        HOME_LOAN: FR30ZZZ822E81
        CONSUMER_LOAN: FR40ZZZ457615, FR83ZZZ135674
        SHOPPING: DE94ZZZ00000561653, DE24ZZZ00000561652
        GAMBLING: NL40CON271397880000
        DONATIONS: NL03ZZZ410423870000
        """;

    private static readonly FrozenDictionary<string, string> Categories = Phrases
        .Read(Table)
        .ToFrozenDictionary(row => Key(row.Phrase), row => row.Meaning);

    internal static IEnumerable<(string Id, string Category)> All => Phrases.Read(Table);

    /// <summary>Whether the text has the form of a creditor identifier and its check digits hold.</summary>
    public static bool IsIdentifier(ReadOnlySpan<char> text)
    {
        if (
            text.Length is <= NationalStart or > 35
            || !char.IsAsciiLetterUpper(text[0])
            || !char.IsAsciiLetterUpper(text[1])
            || !char.IsAsciiDigit(text[2])
            || !char.IsAsciiDigit(text[3])
            || text.ContainsAnyExcept(LettersAndDigits)
        )
        {
            return false;
        }
        var rest = Remainder(Remainder(0, text[NationalStart..]), text[..4]);
        return rest == 1;
    }

    /// <summary>What the creditor of this identifier takes money for; null when it is not a known one.</summary>
    public static string? CategoryOf(string identifier) =>
        identifier.Length > NationalStart && IsIdentifier(identifier)
            ? Categories.GetValueOrDefault(Key(identifier))
            : null;

    /// <summary>The part that stays the same whatever the creditor puts into its three characters.</summary>
    internal static string Key(string identifier) => $"{identifier[..2]}{identifier[NationalStart..]}";

    private static readonly System.Buffers.SearchValues<char> LettersAndDigits = System.Buffers.SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
    );

    // ISO 7064 mod 97-10; letters count as 10 to 35.
    private static int Remainder(int before, ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            before = char.IsAsciiDigit(c) ? ((before * 10) + c - '0') % 97 : ((before * 100) + c - 'A' + 10) % 97;
        }
        return before;
    }
}
