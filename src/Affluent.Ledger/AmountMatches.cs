using Affluent.Connectors.Contract;

namespace Affluent.Ledger;

/// <summary>
/// Card payments that book with another amount than was announced: a petrol station's authorisation, a tip, a rate of another day. Joined
/// within the tolerance that the bank's entry states, and in doubt beyond it.
/// </summary>
internal static class AmountMatches
{
    private const double Alike = 0.75;
    private const int Doubt = 40;

    public static void Find(Side held, Side rows, ReconciliationSettings settings)
    {
        // By their words, so that only rows that share one are compared.
        var announced = held.Where(have =>
                have.IsFree && have.IsOpen && have.Stored is { Missing: false } && IsByCard(have)
            )
            .SelectMany(have => have.Words.Select(word => (word, have)))
            .ToLookup(pair => pair.word, pair => pair.have, StringComparer.Ordinal);
        if (announced.Count == 0)
        {
            return;
        }
        List<(Candidate Held, Candidate Row, bool Within)> pairs = [];
        foreach (var row in rows.Where(row => row.IsFree && row.Movement.Amount < 0))
        {
            foreach (var have in row.Words.SelectMany(word => announced[word]).Distinct().Take(Evidence.MostCandidates))
            {
                if (MayBeOne(have, row, settings))
                {
                    var isWithin = IsWithin(have.Movement, row.Movement, settings);
                    if (isWithin || have.Movement.TransactionDay is { } made && made == row.Movement.TransactionDay)
                    {
                        pairs.Add((have, row, isWithin));
                    }
                }
            }
        }
        var within = pairs.Where(pair => pair.Within).ToArray();
        var byHeld = within.ToLookup(pair => pair.Held, pair => pair.Row);
        var byRow = within.ToLookup(pair => pair.Row, pair => pair.Held);
        foreach (var (have, row, _) in within)
        {
            // Twins on either side are as good as each other, as long as there are enough of them.
            if (
                have.IsFree
                && row.IsFree
                && AreTwins(byHeld[have])
                && AreTwins(byRow[row])
                && byHeld[have].Count() <= byRow[row].Count()
            )
            {
                Candidate.Pair(have, row, MatchTier.Amount, MatchReason.AmountNear, 85);
            }
        }
        foreach (var left in pairs.Where(pair => pair.Held.IsFree && pair.Row.IsFree).GroupBy(pair => pair.Row))
        {
            left.Key.StayApart(
                left.Count(pair => pair.Within) > 1 ? MatchReason.SeveralAlike : MatchReason.AmountDiffers,
                Doubt,
                left.Select(pair => pair.Held)
            );
        }
    }

    private static bool AreTwins(IEnumerable<Candidate> candidates) =>
        candidates.Select(Key.AllButId).Distinct().Count() == 1;

    private static bool MayBeOne(Candidate have, Candidate row, ReconciliationSettings settings)
    {
        var (old, now) = (have.Movement, row.Movement);
        // One that has gone before comes back by its day alone; one that is merely out of sight has not gone.
        return old.Currency == now.Currency
            && (
                have.HasVanished
                || (
                    old.Status == TransactionStatus.Expired
                    && old.TransactionDay is { } made
                    && made == now.TransactionDay
                )
            )
            && !Contradictions.OfDayMade(old, now)
            && LikelyMatches.Distance(old, now) <= settings.PendingDays
            && WordComparison.Likeness(have.Words, row.Words) >= Alike
            && !WordComparison.NameOthers(have.Words, row.Words)
            && !Contradictions.OfReferences(old, now)
            && !Contradictions.OfKind(old, now)
            && !WordComparison.Contradict(old.Counterparty, now.Counterparty);
    }

    private static bool IsWithin(Movement old, Movement now, ReconciliationSettings settings)
    {
        var (before, after) = (ForeignAmount(old), ForeignAmount(now));
        if (before is not null && after is not null && before != after)
        {
            return false;
        }
        var foreign = before is null && after is null ? 0 : settings.ForeignAmountPercent;
        var percent = Math.Max(settings.CardAmountPercent, foreign);
        return percent > 0 && Math.Abs(now.Amount - old.Amount) * 100 <= Math.Abs(old.Amount) * percent;
    }

    private static bool IsByCard(Candidate have) =>
        have.Movement.Amount < 0
        && TransactionTypes.Guess(have.Movement) switch
        {
            TransactionType.PointOfSale or TransactionType.ElectronicPayment or TransactionType.Atm => true,
            // Many banks announce a card payment by the name of the shop alone.
            TransactionType.Debit => !have.Movement.Text.Split([' ', '\n']).Any(OtherMeans.Contains),
            TransactionType.Credit
            or TransactionType.Interest
            or TransactionType.Dividend
            or TransactionType.BankFee
            or TransactionType.Deposit
            or TransactionType.CreditCardPayment
            or TransactionType.InternalTransfer
            or TransactionType.PotentialTransfer
            or TransactionType.Check
            or TransactionType.Cash
            or TransactionType.DirectDeposit
            or TransactionType.DirectDebit
            or TransactionType.RepeatingPayment
            or TransactionType.Other => false,
        };

    // Stryker disable once String: words are data
    internal static readonly HashSet<string> OtherMeans = new(
        (
            "VIR VIREMENT VIRT SEPA PRLV PRELEVEMENT PRÉLÈVEMENT TRANSFER UEBERWEISUNG ÜBERWEISUNG LASTSCHRIFT TRANSFERENCIA "
            + "BONIFICO OVERBOEKING INCASSO ADDEBITO RECIBO"
        ).Split(' '),
        StringComparer.OrdinalIgnoreCase
    );

    // "100.00 USD", "USD 100,00": a currency beside a number.
    private static string? ForeignAmount(Movement movement)
    {
        var words = movement.Text.ToUpperInvariant().Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        for (var i = 0; i < words.Length; i++)
        {
            if (
                words[i].Length == 3
                && words[i].All(char.IsAsciiLetterUpper)
                && words[i] != movement.Currency
                && Money.DecimalsOf(words[i]) is not null
            )
            {
                var beside = new[] { i - 1, i + 1 }.Where(at => at >= 0 && at < words.Length).Select(at => words[at]);
                if (beside.FirstOrDefault(IsAmount) is { } amount)
                {
                    return $"{amount.Replace(',', '.')} {words[i]}";
                }
            }
        }
        return null;
    }

    private static bool IsAmount(string word) => word.Any(char.IsAsciiDigit) && word.All(c => !char.IsLetter(c));
}
