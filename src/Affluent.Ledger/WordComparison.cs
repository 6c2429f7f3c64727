using System.Buffers;

namespace Affluent.Ledger;

/// <summary>Compares the words of two bank texts.</summary>
internal static class WordComparison
{
    /// <summary>
    /// The same for texts of the same words and numbers, whatever their order, case, spacing and punctuation: some banks hand
    /// their lines over in another order each time, or cut them elsewhere. Unlike string hashes, the same in every process.
    /// </summary>
    public static ulong Fingerprint(string text)
    {
        const ulong offset = 14695981039346656037;
        const ulong prime = 1099511628211;
        ulong sum = 0;
        var word = offset;
        foreach (var c in text)
        {
            if (FoldedLetters.TryFold(c, out var letter))
            {
                word = (word ^ letter) * prime;
                if (c > '\x7f' && FoldedLetters.SecondOf(c) is not '\0' and var second)
                {
                    word = (word ^ second) * prime;
                }
            }
            else if (word != offset && !FoldedLetters.IsAccent(c))
            {
                sum += Mix(word);
                word = offset;
            }
        }
        return word == offset ? sum : sum + Mix(word);
    }

    // Finalizer of splitmix64: without it, sums of FNV hashes of short words would collide.
    internal static ulong Mix(ulong x)
    {
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }

    /// <summary>The words that tell one movement from another: names and long numbers, without what banks print on every line.</summary>
    public static string[] Telling(string text)
    {
        List<string> words = [];
        var folded = FoldedLetters.Fold(text);
        var start = -1;
        for (var i = 0; i <= folded.Length; i++)
        {
            if (i < folded.Length && char.IsLetterOrDigit(folded[i]))
            {
                start = start < 0 ? i : start;
            }
            else if (start >= 0)
            {
                var word = folded.AsSpan(start, i - start);
                start = -1;
                if (IsTelling(word))
                {
                    words.Add(word.ToString());
                }
            }
        }
        return [.. words.Distinct(StringComparer.Ordinal).Take(24)];
    }

    /// <summary>Whether a folded word may tell one movement from another.</summary>
    internal static bool IsTelling(ReadOnlySpan<char> word)
    {
        var digits = 0;
        foreach (var c in word)
        {
            digits += char.IsDigit(c) ? 1 : 0;
        }
        return digits == 0
            ? word.Length >= 3 && !BankWords.GetAlternateLookup<ReadOnlySpan<char>>().Contains(word)
            : word.Length >= 6;
    }

    // Stryker disable once String: words are data
    internal static readonly HashSet<string> BankWords = new(
        (
            "ACHAT AUT AUTORISATION AUTH BANCAIRE BANCONTACT CARD CARTE CARTES COMMERCE COMPTE CONCEPTO CREDIT DATE DEBIT DIRECT "
            + "ELECTRONIQUE EMISE EMIS EUR FACTURE FAVEUR INST INSTANTANE KARTE MOTIF NUMERO PAIEMENT PAYMENT PENDING "
            + "POUR PRELEVEMENT PRELEVT PRELVT PRLV PURCHASE RECU REF REFERENCE RECIBO SEPA TRANSACTION TRANSFER TRANSFERENCIA "
            + "UEBERWEISUNG LASTSCHRIFT VERS VIR VIREMENT VISA VOTRE AVEC COURS ATTENTE VENIR PREAUTORISATION PREAUTH OPERATION "
            + "CHEQUE CHQ CHECK SALAIRE SALARY AMP CONTACTLESS SANS CONTACT TERMINAL GIROCARD KARTENZAHLUNG TARJETA COMPRA PAGO "
            + "PAGAMENTO CARTA BETALING BETAALPAS OVERBOEKING DAUERAUFTRAG GUTSCHRIFT ABBUCHUNG BONIFICO ADDEBITO MANDAT MANDATE "
            + "CLIENT PERMANENT REMISE AUTHORISATION AUTHORIZATION AUTHORISED AUTHORIZED RESERVED VORGEMERKT VORGEMERKTE VORMERKUNG ZAHLUNG "
            + "RESERVIERUNG RESERVIERT AUTORISIERUNG BASISLASTSCHRIFT UBERWEISUNG DEBITKARTE GERESERVEERD RESERVERING RESERVATIE INCASSO "
            + "PENDIENTE RETENCION RETENIDO AUTORIZACION ADEUDO AUTORIZZAZIONE AUTORIZZATO PRENOTATO ATTESA CONTABILIZZARE"
        ).Split(' '),
        StringComparer.OrdinalIgnoreCase
    );

    /// <summary>
    /// How alike two lists of telling words are, from 0 to 1; 0.5 (no opinion) when one of them is empty. A word counts for its
    /// like also when a bank cut or joined it ("CARREFOUR EXPR", "MCDONALDS").
    /// </summary>
    public static double Likeness(string[] a, string[] b)
    {
        if (a.Length == 0 || b.Length == 0)
        {
            return 0.5;
        }
        var (few, many) = a.Length <= b.Length ? (a, b) : (b, a);
        double found = 0,
            all = 0;
        foreach (var word in few)
        {
            all += word.Length;
            found += word.Length * many.Max(other => Likeness(word, other));
        }
        return found / all;
    }

    /// <summary>Two texts whose telling words are less alike than this speak of two things.</summary>
    public const double Contradiction = 0.3;

    /// <summary>Texts of at least this likeness are taken to speak of one, whatever else stands in them.</summary>
    private const double SameName = 0.85;

    /// <summary>Each text names something that the other does not: "FNAC LILLE" and "DARTY LILLE".</summary>
    public static bool NameOthers(string[] a, string[] b) =>
        Likeness(a, b) < SameName && HasWordWithoutLike(a, b) && HasWordWithoutLike(b, a);

    /// <summary>One word is the beginning, a part, an abbreviation or the consonants of the other.</summary>
    internal static bool AreAlike(string a, string b) => Likeness(a, b) > 0 || IsSkeleton(a, b);

    // Short words are mostly parts of others, or abbreviations of the bank's, unless the name is one: EDF.
    private static bool HasWordWithoutLike(string[] words, string[] others)
    {
        var shortest = Array.Exists(words, word => word.Length > 3) ? 4 : 3;
        return Array.Exists(
            words,
            word =>
                word.Length >= shortest
                && !word.Any(char.IsDigit)
                && !Array.Exists(others, other => AreAlike(word, other))
        );
    }

    private static readonly SearchValues<char> Vowels = SearchValues.Create("AEIOUY");

    // MKTP of MARKETPLACE: its consonants in their order.
    private static bool IsSkeleton(string a, string b)
    {
        var (less, more) = a.Length <= b.Length ? (a, b) : (b, a);
        return less.Length >= 3
            && less[0] == more[0]
            && less.AsSpan(1).IndexOfAny(Vowels) < 0
            && HoldsInOrder(less, more);
    }

    /// <summary>Both name the other side, and name different ones.</summary>
    public static bool Contradict(string? a, string? b) =>
        a is not null
        && b is not null
        && !string.Equals(a, b, StringComparison.OrdinalIgnoreCase)
        && Likeness(Telling(a), Telling(b)) < Contradiction;

    private static double Likeness(string a, string b)
    {
        var (less, more) = a.Length <= b.Length ? (a, b) : (b, a);
        if (more.StartsWith(less, StringComparison.Ordinal))
        {
            return 1;
        }
        if (less.Length >= 4 && more.Contains(less, StringComparison.Ordinal))
        {
            return 0.8;
        }
        return less.Length >= 4 && less[0] == more[0] && IsAbbreviation(less, more) ? 0.7 : 0;
    }

    // AMZN of AMAZON: its letters in their order, at least half of them.
    private static bool IsAbbreviation(string shorter, string longer) =>
        shorter.Length * 2 >= longer.Length && HoldsInOrder(shorter, longer);

    private static bool HoldsInOrder(string letters, string word)
    {
        var at = 0;
        foreach (var c in word)
        {
            at += at < letters.Length && letters[at] == c ? 1 : 0;
        }
        return at == letters.Length;
    }
}
