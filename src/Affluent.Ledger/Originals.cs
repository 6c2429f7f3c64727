using System.Buffers;
using System.Runtime.InteropServices;

namespace Affluent.Ledger;

/// <summary>A movement with its id, where it may be what another one gives back.</summary>
[StructLayout(LayoutKind.Auto)]
public readonly record struct EarlierMovement(long Id, Movement Movement);

/// <summary>
/// Finds what a movement gives back: the payment behind a refund, the direct debit or check behind its return. Only one that says of itself
/// that it gives back is looked at, and only an exact amount counts. Where more than one could be meant, none is.
/// </summary>
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

    /// <summary>What a movement gives back; null: nothing that could be told.</summary>
    /// <param name="earlier">Of the same account.</param>
    /// <param name="taken">What others give back already.</param>
    public static long? Find(Movement movement, IEnumerable<EarlierMovement> earlier, IReadOnlySet<long> taken)
    {
        if (movement.Amount == 0 || !IsReturn(movement))
        {
            return null;
        }
        EarlierMovement[] possible =
        [
            .. earlier.Where(e =>
                e.Movement.Amount == -movement.Amount
                && e.Movement.Currency == movement.Currency
                && e.Movement.Day <= movement.Day
                && e.Movement.Day >= movement.Day - DaysByReference
                && e.Movement.Status == TransactionStatus.Booked
                && !taken.Contains(e.Id)
                && !HasCode(e.Movement.Code)
                && !HasWords(e.Movement)
            ),
        ];
        EarlierMovement[] near = [.. possible.Where(e => e.Movement.Day >= movement.Day - DaysByName)];
        return Of(possible, e => Same(e.EndToEndId, movement.EndToEndId))
            ?? Of(possible, e => Same(e.CheckNumber?.TrimStart('0'), movement.CheckNumber?.TrimStart('0')))
            ?? Of(near, e => Same(e.Mandate, movement.Mandate))
            ?? ByName(movement, near);
    }

    private static long? ByName(Movement movement, EarlierMovement[] near) =>
        NameOf(movement) is { } name ? Of(near, e => Same(NameOf(e), name)) : null;

    private static long? Of(EarlierMovement[] some, Func<Movement, bool> isMeant) =>
        some.Where(e => isMeant(e.Movement)).Take(2).ToArray() is [var one] ? one.Id : null;

    private static bool Same(string? a, string? b) =>
        a is { Length: > 0 } && string.Equals(a, b, StringComparison.OrdinalIgnoreCase);

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

    // By what the merchant or person is known, without the words that say that it gives back, and without the sign.
    private static string? NameOf(Movement movement)
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
