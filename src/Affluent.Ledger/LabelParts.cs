using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Affluent.Ledger;

/// <summary>How money moved, as far as a bank's words say.</summary>
public enum PaymentMeans
{
    /// <summary>The words do not say.</summary>
    Unknown,

    /// <summary>By card.</summary>
    Card,

    /// <summary>By credit transfer.</summary>
    Transfer,

    /// <summary>Fetched by the creditor.</summary>
    DirectDebit,

    /// <summary>By check.</summary>
    Check,

    /// <summary>In notes and coins.</summary>
    Cash,

    /// <summary>Taken by the bank for itself.</summary>
    Fee,

    /// <summary>Interest or dividend.</summary>
    Interest,
}

/// <summary>What a person recognises in a bank's text, part by part. What the bank gives as a field of its own goes before its words.</summary>
public sealed partial class LabelParts
{
    private const int WordsOfKey = 4;
    private const int LongestWordOfKey = 20;

    private readonly Movement _movement;
    private readonly string _folded;
    private readonly Lazy<(string? Merchant, string? Place)> _shop;

    private LabelParts(Movement movement, string label, Tokens tokens)
    {
        _movement = movement;
        _folded = tokens.Folded;
        Label = label;
        Type = TransactionTypes.Guess(movement, tokens);
        Means = PaymentMeansWords.Of(Type, tokens);
        Words = Tokens.Words(label);
        MerchantPlace = MerchantPlaceOf(tokens);
        _shop = new(Shop);
    }

    /// <summary>The short label, see <see cref="Labels.Clean"/>.</summary>
    public string Label { get; }

    /// <summary>Kind of movement.</summary>
    public TransactionType Type { get; }

    /// <summary>How it was paid.</summary>
    public PaymentMeans Means { get; }

    /// <summary>The merchant's name, when the directory has it.</summary>
    public string? Merchant => _shop.Value.Merchant;

    /// <summary>The town at the end of a card payment's label.</summary>
    public string? Place => _shop.Value.Place;

    /// <summary>
    /// By what the merchant or person is known again in another label, whatever the town, date and number are: what came and what went
    /// apart. Null when the label has no word.
    /// </summary>
    public string? MerchantKey
    {
        get
        {
            var name = Merchant ?? KeyOfWords();
            return name.Length == 0 ? null : $"{(_movement.Amount > 0 ? '+' : '-')}{name}";
        }
    }

    /// <summary>The last four digits of the card.</summary>
    public string? Card => Digits(MaskedCard().Match(_folded)) is { Length: >= 4 } digits ? digits[^4..] : null;

    /// <summary>Number of a check that was drawn.</summary>
    public string? CheckNumber
    {
        get
        {
            if (_movement.CheckNumber is not null || Type != TransactionType.Check || _movement.Amount > 0)
            {
                return _movement.CheckNumber;
            }
            var found = NumberOfCheck().Match(_folded);
            return found.Success && !found.Groups["paidIn"].Success ? found.Groups["value"].Value : null;
        }
    }

    /// <summary>The day on which it was made, when the text names one on or before the day of the movement.</summary>
    public DateOnly? MadeOn
    {
        get
        {
            var listed = DayNumbers.Of(_movement.Day);
            foreach (var found in Day().EnumerateMatches(_folded))
            {
                if (DayOf(_folded.AsSpan(found.Index, found.Length), listed) is { } day)
                {
                    return day;
                }
            }
            return null;
        }
    }

    /// <summary>The creditor's SEPA identifier.</summary>
    public string? CreditorId
    {
        get
        {
            if (_movement.CreditorId is { } given)
            {
                return given;
            }
            foreach (var found in Identifier().EnumerateMatches(_folded))
            {
                var candidate = _folded.AsSpan(found.Index, found.Length);
                if (Creditors.IsIdentifier(candidate) && AccountIdentity.NormalizeIban(candidate.ToString()) is null)
                {
                    return candidate.ToString();
                }
            }
            return null;
        }
    }

    /// <summary>Reference of the mandate of a direct debit.</summary>
    public string? Mandate => _movement.Mandate ?? Value(MandateReference().Match(_folded));

    /// <summary>The reference that went from the payer to the payee unchanged.</summary>
    public string? EndToEndId => _movement.EndToEndId ?? Value(EndToEnd().Match(_folded));

    internal Tokens Words { get; }

    /// <summary>The words without the town of a card payment: the first, and where they end.</summary>
    internal (int First, int End) Name
    {
        get
        {
            var mayHaveTown = Means is PaymentMeans.Card or PaymentMeans.Unknown;
            return mayHaveTown ? (Places.AtBeginning(Words), Words.Count - Places.AtEnd(Words)) : (0, Words.Count);
        }
    }

    /// <summary>Where among the words a merchant's name may stand, be it a common word.</summary>
    internal Range MerchantPlace { get; }

    /// <summary>Reads a movement's text.</summary>
    public static LabelParts Of(Movement movement)
    {
        var tokens = new Tokens(Labels.Decoded(movement.Text));
        return new LabelParts(movement, Labels.Shorten(tokens, movement.Counterparty), tokens);
    }

    // On a transfer stands somebody's name, which may be that of a shop too. Some banks print the town of a card payment before the shop,
    // and a shop's name may stand behind the form of its company or who collects for it.
    private Range MerchantPlaceOf(Tokens tokens)
    {
        if (Means == PaymentMeans.Transfer)
        {
            return 0..0;
        }
        if (
            Means == PaymentMeans.Card
            && tokens.Count > 2
            && tokens.Core(0) is "PAIEMENT"
            && tokens.Core(1) is "CB" or "PSC"
        )
        {
            return 0..(Places.LongestTown + 1);
        }
        var before = 0;
        while (before < Words.Count && IsPrefix(Words.Whole(before)))
        {
            before++;
        }
        return before..(before + 1);
    }

    private static bool IsPrefix(ReadOnlySpan<char> word) =>
        word
            is "SARL"
                or "SAS"
                or "SASU"
                or "EURL"
                or "SA"
                or "SNC"
                or "STE"
                or "ETS"
                or "LS"
                or "SP"
                or "SUMUP"
                or "PAYPAL"
                or "VISA"
                or "MASTERCARD"
                or "WWW";

    private (string? Merchant, string? Place) Shop()
    {
        var isCard = Means == PaymentMeans.Card;
        var known = Merchants.Find(Words, MerchantPlace, out var merchant, out var at, out var length);
        var place = isCard ? Places.AtEnd(Words) : 0;
        // What follows a shop's name is its town, be it ever so small.
        if (isCard && known && place == 0 && at == 0 && Words.Count - length is 1 or 2)
        {
            place = Words.Count - length;
        }
        return (merchant?.Name, place > 0 && place < Words.Count ? Words.Join(Words.Count - place, Words.Count) : null);
    }

    // Behind the first words stands what it was for, which changes.
    private string KeyOfWords()
    {
        var (first, end) = Name;
        var key = new StringBuilder();
        for (int i = first, taken = 0; i < end && taken < WordsOfKey; i++)
        {
            if (!IsNumber(Words.Whole(i)))
            {
                _ = key.Length > 0 ? key.Append(' ') : key;
                key.Append(Words.Whole(i)[..Math.Min(LongestWordOfKey, Words.Whole(i).Length)]);
                taken++;
            }
        }
        return key.ToString();
    }

    /// <summary>"O2SWITCH" is a name, "75011" and "AB1234" are none.</summary>
    internal static bool IsNumber(ReadOnlySpan<char> word)
    {
        var digits = 0;
        foreach (var c in word)
        {
            digits += char.IsAsciiDigit(c) ? 1 : 0;
        }
        return digits > 0 && (digits > 2 || word.Length < digits + 3);
    }

    private static string? Digits(Match match) => match.Success ? match.Groups["value"].Value : null;

    private static string? Value(Match match) =>
        match.Success
        && match.Groups["value"].Value.TrimEnd('.', ',', ';', '-') is { Length: > 0 } value
        && value.Replace(" ", "", StringComparison.Ordinal) is not ("NOTPROVIDED" or "NONREF")
            ? value
            : null;

    private static DateOnly? DayOf(ReadOnlySpan<char> text, DateOnly listed)
    {
        var day = int.Parse(text[..2], CultureInfo.InvariantCulture);
        var month = int.Parse(text[3..5], CultureInfo.InvariantCulture);
        var year = text.Length > 6 ? int.Parse(text[6..], CultureInfo.InvariantCulture) : listed.Year;
        year += year < 100 ? 2000 : 0;
        for (var back = 0; back < (text.Length > 6 ? 1 : 2); back++)
        {
            if (
                month is > 0 and < 13
                && year - back > 1900
                && day > 0
                && day <= DateTime.DaysInMonth(year - back, month)
                && new DateOnly(year - back, month, day) is var made
                && made <= listed
                && made.AddDays(100) >= listed
            )
            {
                return made;
            }
        }
        return null;
    }

    [GeneratedRegex(
        @"(?:\b(?:CARTE|CB|CARD|TARJ|KARTE|CARTA|PAS)[ .:*N°]{0,4}|[X*]{2,}[ ]?|\bX)(?<value>[0-9]{4})\b",
        RegexOptions.NonBacktracking
    )]
    private static partial Regex MaskedCard();

    [GeneratedRegex(
        @"(?<paidIn>\bREMISE (?:DE )?)?\b(?:CHEQUE|CHQ|CHECK|SCHECK|ASSEGNO|TALON)[ .]{0,2}(?:EMIS|PAYE|SEPA)?[ .]?(?:N[°ºO]?|NUMERO|NUM|NR|#)?[ .:]{0,2}(?<value>[0-9]{3,10})\b",
        RegexOptions.NonBacktracking
    )]
    private static partial Regex NumberOfCheck();

    [GeneratedRegex(@"\b[0-3][0-9][/.-][01][0-9](?:[/.-](?:20)?[0-9]{2})?\b", RegexOptions.NonBacktracking)]
    private static partial Regex Day();

    [GeneratedRegex(@"\b[A-Z]{2}[0-9]{2}[A-Z0-9]{4,31}\b", RegexOptions.NonBacktracking)]
    private static partial Regex Identifier();

    [GeneratedRegex(
        @"(?:\bMDT[/ ]|\bRUM ?[:/]? ?|\bMREF\+|\bMANDATSREF(?:ERENZ)?\.?:? ?|\bMACHTIGING(?: ID)?: ?|\bMANDAT: ?|\bMANDAAT(?:REFERENTIE)?:? ?|\bMANDATO:? |\bMANDATE (?:NO|REF)\.?:? ?|\bREF\. MANDATO:? ?)(?<value>[A-Z0-9+][A-Z0-9+/?:().,'-]{3,34})",
        RegexOptions.NonBacktracking
    )]
    private static partial Regex MandateReference();

    [GeneratedRegex(
        @"(?:\bEREF\+|\bEND[- ]TO[- ]END(?:[- ](?:REF|ID))?\.?:? ?|/EID |\bKENMERK: ?)(?<value>[A-Z0-9][A-Z0-9+/?:().,'-]{0,34})",
        RegexOptions.NonBacktracking
    )]
    private static partial Regex EndToEnd();
}
