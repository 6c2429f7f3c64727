namespace Affluent.Ledger;

/// <summary>A recording without what tells whose it is.</summary>
/// <param name="Readings">Those that are decided as before.</param>
/// <param name="LeftOut">How many were left out, because no replacement was found under which they are decided as before.</param>
public sealed record AnonymousRecording(IReadOnlyList<RecordedReading> Readings, int LeftOut);

/// <summary>
/// Replaces words, references, ids, amounts and days of a recording, the same ones by the same ones throughout, so that the ledger decides of it as of
/// the original, and proves that it does. What is kept and what is not: docs/advanced/replay.md.
/// </summary>
public sealed class Anonymizer
{
    private const int Tries = 6;

    // After as many days every date falls on the same day of the month and of the week again.
    private const int YearsOf28 = 10_227;

    private readonly WordPseudonyms _words;
    private readonly AmountPseudonyms _amounts;
    private readonly Dictionary<long, long> _ids;
    private readonly Dictionary<long, long> _accounts;
    private readonly Dictionary<string, string> _bankIds;
    private readonly int _days;

    private Anonymizer(IReadOnlyList<RecordedReading> readings, Func<int, int> draw, int days)
    {
        _days = days;
        Movement[] rows = [.. readings.SelectMany(r => r.Held.Select(h => h.Movement).Concat(r.Listed))];
        _words = new(rows.SelectMany(Texts), draw);
        _amounts = new(readings, draw);
        _ids = Numbers(readings.SelectMany(IdsOf));
        _accounts = Numbers(readings.Select(r => r.Account));
        // In the order of the originals, by which equal rows are told apart.
        _bankIds = rows.Select(row => row.BankId)
            .OfType<string>()
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal)
            .Index()
            .ToDictionary(id => id.Item, id => $"id{id.Index + 1:D6}", StringComparer.Ordinal);
    }

    /// <summary>Makes a recording anonymous.</summary>
    /// <param name="readings">Of one recording: what is the same in two of them stays the same.</param>
    /// <param name="draw">
    /// A number by chance from 0 up to, not including, the one given. It must be such that nobody can guess it; it is the key, and is kept nowhere.
    /// </param>
    public static AnonymousRecording Anonymize(IReadOnlyList<RecordedReading> readings, Func<int, int> draw)
    {
        Decisions[] decided = [.. readings.Select(reading => reading.Decide())];
        IReadOnlyList<RecordedReading> most = [];
        for (var attempt = 0; attempt < Tries && (attempt == 0 || most.Count < readings.Count); attempt++)
        {
            // Some weeks, a year at least. Where a bank swapped day and month, only what leaves them as they are keeps that to be seen.
            var days = attempt < Tries / 2 ? 7 * (53 + draw(468)) : YearsOf28;
            var anonymizer = new Anonymizer(readings, draw, days);
            RecordedReading[] kept =
            [
                .. readings
                    .Zip(decided)
                    .Select(pair => (Reading: anonymizer.Of(pair.First), Expected: anonymizer.Of(pair.Second)))
                    .Where(pair => pair.Expected.Compare(pair.Reading.Decide()).Count == 0)
                    .Select(pair => pair.Reading),
            ];
            most = kept.Length > most.Count ? kept : most;
        }
        return new(most, readings.Count - most.Count);
    }

    private static Dictionary<long, long> Numbers(IEnumerable<long> all) =>
        all.Distinct().Order().Index().ToDictionary(id => id.Item, id => id.Index + 1L);

    private static IEnumerable<string> Texts(Movement row) =>
        new[]
        {
            row.Text,
            row.Counterparty,
            row.CheckNumber,
            row.Mandate,
            row.CreditorId,
            row.EndToEndId,
            row.Code,
        }.OfType<string>();

    private static IEnumerable<long> IdsOf(RecordedReading reading) =>
        [
            .. reading.Held.SelectMany(held => held.Candidates.Append(held.Id)),
            .. reading.Settled.Different.SelectMany(pair => new[] { pair.First, pair.Second }),
            .. reading.Decided is null ? [] : IdsOf(reading.Decided),
        ];

    private static IEnumerable<long> IdsOf(Decisions decided) =>
        decided
            .Rows.SelectMany(row => row.Evidence.Candidates.Concat(row.Transaction is { } id ? [id] : []))
            .Concat(decided.Gone);

    private RecordedReading Of(RecordedReading reading) =>
        reading with
        {
            Account = _accounts[reading.Account],
            Window = new(Day(reading.Window.From), Day(reading.Window.To)),
            Held = [.. reading.Held.Select(Of)],
            Listed = [.. reading.Listed.Select(Of)],
            Settled = new([
                .. reading.Settled.Different.Select(pair => new SettledPair(_ids[pair.First], _ids[pair.Second])),
            ]),
            Decided = reading.Decided is { } decided ? Of(decided) : null,
        };

    private StoredTransaction Of(StoredTransaction held) =>
        held with
        {
            Id = _ids[held.Id],
            Movement = Of(held.Movement),
            Candidates = [.. held.Candidates.Select(id => _ids[id])],
        };

    private Movement Of(Movement row) =>
        row with
        {
            BankId = row.BankId is { } id ? _bankIds[id] : null,
            Amount = _amounts.Of(row.Amount),
            Day = Day(row.Day)!.Value,
            BookingDay = Day(row.BookingDay),
            ValueDay = Day(row.ValueDay),
            TransactionDay = Day(row.TransactionDay),
            Text = _words.Of(row.Text),
            Counterparty = Of(row.Counterparty),
            CheckNumber = Of(row.CheckNumber),
            Mandate = Of(row.Mandate),
            CreditorId = Of(row.CreditorId),
            EndToEndId = Of(row.EndToEndId),
            Code = IsOfIso20022(row.Code) ? row.Code : Of(row.Code),
        };

    private Decisions Of(Decisions decided) =>
        decided with
        {
            Rows =
            [
                .. decided.Rows.Select(row =>
                    row with
                    {
                        Transaction = row.Transaction is { } id ? _ids[id] : null,
                        Evidence = row.Evidence with
                        {
                            Candidates = [.. row.Evidence.Candidates.Select(id => _ids[id])],
                        },
                    }
                ),
            ],
            Gone = [.. decided.Gone.Select(id => _ids[id])],
        };

    private string? Of(string? text) => text is null ? null : _words.Of(text);

    private int? Day(int? day) => day - _days;

    // Domain, family, subfamily: four letters each, of a published list.
    private static bool IsOfIso20022(string? code) =>
        code?.Split('-', '/', '.', ' ') is [var domain, var family, var kind]
        && new[] { domain, family, kind }.All(part => part.Length == 4 && part.All(char.IsAsciiLetter));
}
