namespace Affluent.Ledger;

/// <summary>What two rows tell that one movement cannot: no nearness and no likeness makes one of them.</summary>
internal static class Contradictions
{
    /// <summary>Both state a number that belongs to one movement alone, and state different ones.</summary>
    public static bool OfReferences(Movement a, Movement b) =>
        Differ(a.CheckNumber?.TrimStart('0'), b.CheckNumber?.TrimStart('0'))
        || Differ(a.EndToEndId, b.EndToEndId)
        || Differ(a.Mandate, b.Mandate)
        || Differ(a.CreditorId, b.CreditorId);

    /// <summary>The same, or another kind of movement: the monthly total of a card is none of its purchases.</summary>
    public static bool OfKind(Movement a, Movement b) =>
        Differ(CheckNumberOf(a)?.TrimStart('0'), CheckNumberOf(b)?.TrimStart('0')) || IsCardTotal(a) != IsCardTotal(b);

    /// <summary>Both say when it was made, and say different days.</summary>
    public static bool OfDayMade(Movement a, Movement b) =>
        a.TransactionDay is { } one && b.TransactionDay is { } other && one != other;

    private static bool Differ(string? a, string? b) =>
        a is not null && b is not null && !string.Equals(a, b, StringComparison.OrdinalIgnoreCase);

    private static bool IsCardTotal(Movement movement) =>
        movement.Amount < 0 && TransactionTypes.Guess(movement) == TransactionType.CreditCardPayment;

    // Many banks write it into the text alone.
    private static string? CheckNumberOf(Movement movement)
    {
        if (movement.CheckNumber is not null)
        {
            return movement.CheckNumber;
        }
        var words = movement.Text.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        var at = Array.FindIndex(words, word => CheckWords.Contains(word));
        return at >= 0 ? Array.Find(words[(at + 1)..], word => word.Length >= 4 && word.All(char.IsAsciiDigit)) : null;
    }

    // Stryker disable once String: words are data
    internal static readonly HashSet<string> CheckWords = new(
        ["CHEQUE", "CHÈQUE", "CHQ", "CHECK"],
        StringComparer.OrdinalIgnoreCase
    );
}
