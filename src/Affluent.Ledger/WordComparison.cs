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
            if (char.IsLetterOrDigit(c))
            {
                word = (word ^ char.ToUpperInvariant(c)) * prime;
            }
            else if (word != offset)
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
        var start = -1;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && char.IsLetterOrDigit(text[i]))
            {
                start = start < 0 ? i : start;
            }
            else if (start >= 0)
            {
                var word = text.AsSpan(start, i - start);
                start = -1;
                if (IsTelling(word))
                {
                    words.Add(word.ToString().ToUpperInvariant());
                }
            }
        }
        return [.. words.Distinct(StringComparer.Ordinal).Take(24)];
    }

    private static bool IsTelling(ReadOnlySpan<char> word)
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
    private static readonly HashSet<string> BankWords = new(
        (
            "ACHAT AUTORISATION AUTH BANCAIRE BANCONTACT CARD CARTE CARTES COMMERCE COMPTE CONCEPTO CREDIT DATE DEBIT DIRECT "
            + "ELECTRONIQUE EMISE EMIS EUR FACTURE FAVEUR INST INSTANTANE KARTE MOTIF NUMERO OPERATION PAIEMENT PAYMENT PENDING "
            + "POUR PRELEVEMENT PRELEVT PRELVT PRLV PURCHASE RECU REF REFERENCE RECIBO SEPA TRANSACTION TRANSFER TRANSFERENCIA "
            + "UEBERWEISUNG LASTSCHRIFT VERS VIR VIREMENT VISA VOTRE AVEC COURS ATTENTE VENIR"
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
    private static bool IsAbbreviation(string shorter, string longer)
    {
        var at = 0;
        foreach (var c in longer)
        {
            at += at < shorter.Length && shorter[at] == c ? 1 : 0;
        }
        return at == shorter.Length && shorter.Length * 2 >= longer.Length;
    }
}
