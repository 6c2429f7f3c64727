using System.Globalization;
using System.Text;

namespace Affluent.Ledger.Tests;

/// <summary>A transaction as a matcher holds it after a reading.</summary>
/// <param name="Live">Neither missing nor expired.</param>
internal sealed record HeldRow(long Id, Movement Movement, bool Live, bool Ambiguous, IReadOnlyList<long> Candidates);

/// <summary>What a matcher did of which the truth says otherwise; all zero is right.</summary>
/// <param name="Duplicates">A movement held already was added once more, under another id.</param>
/// <param name="FalseMerges">A new movement was taken for one that is held, or two rows of one list for one.</param>
/// <param name="PassedOn">A movement's id went to another one that is held.</param>
/// <param name="NotFlagged">Undecidable, and guessed, or kept apart without saying so.</param>
/// <param name="FalselyFlagged">Decidable, and flagged.</param>
/// <param name="Lingering">No longer listed though the list covers it, and still shown as if it were.</param>
internal sealed record Score(
    int Duplicates,
    int FalseMerges,
    int PassedOn,
    int NotFlagged,
    int FalselyFlagged,
    int Lingering
)
{
    public static readonly Score Right = new(0, 0, 0, 0, 0, 0);

    public int Faults => Duplicates + FalseMerges + PassedOn + NotFlagged + FalselyFlagged + Lingering;

    public static Score operator +(Score a, Score b) =>
        new(
            a.Duplicates + b.Duplicates,
            a.FalseMerges + b.FalseMerges,
            a.PassedOn + b.PassedOn,
            a.NotFlagged + b.NotFlagged,
            a.FalselyFlagged + b.FalselyFlagged,
            a.Lingering + b.Lingering
        );
}

/// <summary>
/// Compares what a matcher holds after each reading with the truth. It sees nothing of how the matcher came to it: each row of the bank is
/// looked for among what is held.
/// </summary>
internal sealed class Scorer(History history)
{
    private readonly Dictionary<string, List<long>> _ids = new(StringComparer.Ordinal);
    private readonly Dictionary<long, string> _owners = [];
    private readonly Dictionary<string, string> _words = new(StringComparer.Ordinal);
    private readonly List<string> _faults = [];
    private Score _score = Score.Right;

    /// <summary>What a history came to with this matcher.</summary>
    /// <param name="history">With its truth.</param>
    /// <param name="held">After each reading.</param>
    public static (Score Score, IReadOnlyList<string> Faults) Of(
        History history,
        IReadOnlyList<IReadOnlyList<HeldRow>> held
    )
    {
        var scorer = new Scorer(history);
        for (var i = 0; i < held.Count; i++)
        {
            scorer.Take(i, held[i]);
        }
        return scorer.Result;
    }

    /// <summary>What it has come to so far.</summary>
    public (Score Score, IReadOnlyList<string> Faults) Result => (_score, _faults);

    /// <summary>The ids under which a movement is held.</summary>
    public long IdOf(string label) => _ids[label][0];

    /// <summary>Takes what is held after a reading.</summary>
    /// <param name="fetch">Its place.</param>
    /// <param name="held">All of it.</param>
    /// <param name="known">Where each row went, when the matcher says so; null: it is looked for.</param>
    public void Take(int fetch, IReadOnlyList<HeldRow> held, HeldRow?[]? known = null)
    {
        var rows = history.Fetches[fetch].Rows;
        var assigned = known ?? Assign(rows, held);
        var fresh = assigned.OfType<HeldRow>().Where(h => !_owners.ContainsKey(h.Id)).ToHashSet();
        var doubted = rows.Where((row, i) => row.MayBe.Count > 0 && IsNew(row)).ToArray();
        for (var i = 0; i < rows.Count; i++)
        {
            if (assigned[i] is not { } have)
            {
                // A row sent twice shares its movement with the other.
                var label = rows[i].Labels is [var only] ? only : null;
                if (!rows.Where((other, at) => at != i && other.Labels is [var its] && its == label).Any())
                {
                    Fault(fetch, rows[i], "is not held", Score.Right with { FalseMerges = 1 });
                }
            }
            else if (rows[i].MayBe.Count > 0 && IsNew(rows[i]))
            {
                JudgeDoubt(fetch, rows[i], have, fresh, assigned, rows);
            }
            else
            {
                Judge(fetch, rows[i], have, fresh.Contains(have), doubted);
            }
        }
        foreach (var left in held.Where(h => h.Live && !assigned.Contains(h)))
        {
            if (IsCovered(history.Fetches[fetch].Window, rows, left.Movement))
            {
                _score += Score.Right with { Lingering = 1 };
                _faults.Add(
                    $"{history}, reading {fetch + 1}: {Show(left.Movement)} is no longer listed and still shown"
                );
            }
        }
    }

    private bool IsNew(LabelledRow row) => !_ids.ContainsKey(row.Labels[0]);

    private void Judge(int fetch, LabelledRow row, HeldRow have, bool isFresh, LabelledRow[] doubted)
    {
        if (_owners.TryGetValue(have.Id, out var owner))
        {
            if (!row.Labels.Contains(owner))
            {
                var known = row.Labels.Any(_ids.ContainsKey);
                Fault(
                    fetch,
                    row,
                    $"has the id of {owner}",
                    known ? Score.Right with { PassedOn = 1 } : Score.Right with { FalseMerges = 1 }
                );
            }
            return;
        }
        // Of several that nothing tells apart, one that has no id yet; none may come as long as those held are enough.
        var label = row.Labels.FirstOrDefault(label => !_ids.ContainsKey(label)) ?? row.Labels[0];
        var alike = history.Fetches[fetch].Rows.Count(other => other.Labels.SequenceEqual(row.Labels));
        if (row.Labels.Count(_ids.ContainsKey) >= Math.Min(alike, row.Labels.Count))
        {
            Fault(fetch, row, "is held under another id already", Score.Right with { Duplicates = 1 });
        }
        Own(label, have.Id);
        if (isFresh && have.Ambiguous && !doubted.Any(d => d.MayBe.Contains(label)))
        {
            Fault(fetch, row, "is flagged", Score.Right with { FalselyFlagged = 1 });
        }
    }

    private void JudgeDoubt(
        int fetch,
        LabelledRow row,
        HeldRow have,
        HashSet<HeldRow> fresh,
        HeldRow?[] assigned,
        IReadOnlyList<LabelledRow> rows
    )
    {
        if (_owners.TryGetValue(have.Id, out var owner))
        {
            Fault(fetch, row, $"was taken for {owner}", Score.Right with { NotFlagged = 1 });
            return;
        }
        Own(row.Labels[0], have.Id);
        // Which of two new ones bears the flag does not matter.
        var others = assigned.Where(
            (h, i) => h is not null && fresh.Contains(h) && row.MayBe.Intersect(rows[i].Labels).Any()
        );
        var named = row.MayBe.Where(_ids.ContainsKey).SelectMany(label => _ids[label]).Where(id => id != have.Id);
        var flagged = have.Ambiguous || others.Any(other => other!.Ambiguous);
        if (!flagged)
        {
            Fault(fetch, row, "is not flagged", Score.Right with { NotFlagged = 1 });
        }
        else if (have.Ambiguous && have.Candidates.Count > 0 && !named.Any(have.Candidates.Contains))
        {
            Fault(fetch, row, "does not name what it may be", Score.Right with { NotFlagged = 1 });
        }
    }

    private void Own(string label, long id)
    {
        _owners[id] = label;
        (_ids.TryGetValue(label, out var ids) ? ids : _ids[label] = []).Add(id);
    }

    private void Fault(int fetch, LabelledRow row, string what, Score score)
    {
        _score += score;
        _faults.Add($"{history}, reading {fetch + 1}: {string.Join('/', row.Labels)} ({Show(row.Movement)}) {what}");
    }

    // Each row takes what is held in its words, day and state: where several are, its own first.
    private HeldRow?[] Assign(IReadOnlyList<LabelledRow> rows, IReadOnlyList<HeldRow> held)
    {
        var assigned = new HeldRow?[rows.Count];
        var free = held.Where(h => h.Live)
            .GroupBy(h => (h.Movement.Amount, h.Movement.Currency, h.Movement.Day, h.Movement.Status))
            .ToDictionary(group => group.Key, group => group.OrderBy(h => h.Id).ToList());
        for (var round = 0; round < 4; round++)
        {
            for (var i = 0; i < rows.Count; i++)
            {
                var movement = rows[i].Movement;
                var key = (movement.Amount, movement.Currency, movement.Day, movement.Status);
                if (assigned[i] is null && free.TryGetValue(key, out var group))
                {
                    var place = group.FindIndex(h =>
                        (round is 2 or 3 || Words(h.Movement) == Words(movement))
                        && (round is 1 or 3 || rows[i].Labels.Any(l => _owners.GetValueOrDefault(h.Id) == l))
                    );
                    if (place >= 0)
                    {
                        assigned[i] = group[place];
                        group.RemoveAt(place);
                    }
                }
            }
        }
        return assigned;
    }

    /// <summary>Whether a list covers a movement: if it is not listed then, it is gone.</summary>
    public static bool IsCovered(Window window, IReadOnlyList<LabelledRow> rows, Movement movement)
    {
        var from = window.From ?? (rows.Count == 0 ? int.MaxValue : rows.Min(row => row.Movement.Day));
        int?[] days = [movement.Day, movement.BookingDay, movement.ValueDay, movement.TransactionDay];
        return days.All(day => day is null || (day >= from && !(day > window.To)));
    }

    // Letters and digits in upper case, without accents, in any order; a matcher's own idea of words has no say.
    private string Words(Movement movement)
    {
        if (!_words.TryGetValue(movement.Text, out var words))
        {
            var letters = movement
                .Text.Normalize(NormalizationForm.FormD)
                .Where(c => CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark)
                .Select(c => char.IsLetterOrDigit(c) ? char.ToUpperInvariant(c) : ' ');
            words = _words[movement.Text] = string.Join(
                ' ',
                string.Concat(letters).Split(' ', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)
            );
        }
        return $"{words}|{movement.Counterparty}";
    }

    private static string Show(Movement m) =>
        $"{m.Status} {m.Amount} on {m.Day} '{m.Text.Replace("\n", " // ", StringComparison.Ordinal)}'";
}
