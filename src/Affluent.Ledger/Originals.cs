using System.Buffers;

namespace Affluent.Ledger;

/// <summary>Which movements give another one back, as a refund gives back a payment and a return a direct debit or check.</summary>
public static class Originals
{
    /// <summary>How far back a reference is believed: thirteen months, for which a payer may ask for an unauthorised debit back.</summary>
    public const int DaysByReference = 400;

    /// <summary>How far back a name is believed.</summary>
    public const int DaysByName = 60;

    // ISO 20022, sub-families: reversals of unpaid, returned and recalled payments; unpaid and reversed checks.
    private static readonly string[] Codes = ["UPDD", "PRDD", "RRTN", "RPCR", "UPCQ", "CQRV"];

    // Stryker disable once String: words are data
    private const string Table = """
        back: REMBOURSEMENT, REMBT, REMB, AVOIR, ANNULATION, ANNUL, ANNULE, REJET, REJETE, RETOUR, IMPAYE, IMPAYEE, EXTOURNE, CONTREPASSATION, REGULARISATION
        back: REFUND, REFUNDED, REVERSAL, REVERSED, RETURNED, RETURN, UNPAID, CHARGEBACK, BOUNCED, RECALL
        back: RUCKLASTSCHRIFT, RUECKLASTSCHRIFT, RUCKBUCHUNG, RUECKBUCHUNG, RUCKUBERWEISUNG, RUECKUEBERWEISUNG, ERSTATTUNG, RUCKERSTATTUNG, RUECKERSTATTUNG, RUCKZAHLUNG, RUECKZAHLUNG, STORNO, STORNIERUNG
        back: DEVOLUCION, DEVUELTO, ANULACION, REEMBOLSO, RETROCESION, IMPAGADO
        back: TERUGBETALING, TERUGBOEKING, STORNERING, TERUGSTORTING, RESTITUTIE
        back: RIMBORSO, INSOLUTO, RESTITUZIONE, RIACCREDITO
        """;

    private static readonly Phrases<string> Words = new(Phrases.Read(Table).Select(row => (row.Phrase, row.Meaning)));

    // Without accents few labels have one of these, and only those are cut into words.
    private static readonly SearchValues<string> Beginnings = SearchValues.Create(
        [
            .. Phrases.Read(Table).Select(row => row.Phrase.Split(' ')[0]).Distinct(),
            "RÜCK",
            "REJETÉ",
            "IMPAYÉ",
            "RÉGULARISATION",
            "DEVOLUCIÓN",
            "ANULACIÓN",
            "RETROCESIÓN",
        ],
        StringComparison.OrdinalIgnoreCase
    );

    /// <summary>Whether a movement says that it gives back: by its code or words, or as money that came back to a card.</summary>
    public static bool IsReturn(Movement movement) =>
        HasCode(movement.Code) || HasWords(movement) || (movement.Amount > 0 && IsByCard(movement));

    // Domain, family and sub-family, joined by whatever the bank likes.
    private static bool HasCode(string? code) =>
        code is not null && Array.Exists(Codes, kind => code.EndsWith(kind, StringComparison.OrdinalIgnoreCase));

    // Every credit that comes in is asked: its label need not be read whole for that.
    private static bool IsByCard(Movement movement)
    {
        var tokens = new Tokens(Labels.Decoded(movement.Text));
        return PaymentMeansWords.Of(TransactionTypes.Guess(movement, tokens), tokens) == PaymentMeans.Card;
    }

    private static bool HasWords(Movement movement) =>
        movement.Text.AsSpan().ContainsAny(Beginnings)
        && Words.First(Tokens.Words(Labels.Decoded(movement.Text)), out _, out _);

    /// <summary>Whether a movement can be given back at all: it is booked, and gives nothing back itself.</summary>
    internal static bool MayBeGivenBack(Movement movement) =>
        movement.Status == TransactionStatus.Booked && !HasCode(movement.Code) && !HasWords(movement);

    /// <summary>By what the merchant or person is known, without the words that say that it gives back, and without the sign.</summary>
    internal static string? NameOf(Movement movement)
    {
        var words = Tokens.Words(Labels.Decoded(movement.Text));
        List<string> left = [];
        for (var i = 0; i < words.Count; )
        {
            var length = Words.At(words, i, out _);
            if (length == 0)
            {
                left.Add(words.Whole(i).ToString());
            }
            i += Math.Max(1, length);
        }
        return LabelParts.Of(movement with { Text = string.Join(' ', left) }).MerchantKey?[1..];
    }
}
