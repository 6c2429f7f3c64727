using System.Globalization;

namespace Affluent.Ledger.Tests;

/// <summary>A recording without what tells whose it is: decided as the original, and nothing of it left.</summary>
public sealed class AnonymizerTests
{
    [Fact]
    public void All_histories_of_the_corpus_are_decided_as_before_once_they_are_anonymous()
    {
        var random = new Random(1);
        List<string> faults = [];
        foreach (var history in Corpus.All)
        {
            var original = RecordedHistory.Of(history);
            var anonymous = Anonymizer.Anonymize(original, random.Next);
            if (anonymous.LeftOut > 0)
            {
                faults.Add($"{history}: {anonymous.LeftOut} left out");
            }
            else if (
                original
                    .Zip(anonymous.Readings)
                    .Any(pair =>
                        Structure(pair.First, pair.First.Decided!) != Structure(pair.Second, pair.Second.Decide())
                    )
            )
            {
                faults.Add($"{history}: decided otherwise");
            }
        }

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Fact]
    public void No_word_number_reference_id_or_amount_of_a_history_is_left()
    {
        var random = new Random(2);
        foreach (var history in Corpus.Written.Concat(Corpus.Generated.Where((_, place) => place % 12 == 0)))
        {
            var original = RecordedHistory.Of(history);
            var anonymous = Anonymizer.Anonymize(original, random.Next).Readings;

            var left = Telling(original).Intersect(Telling(anonymous)).ToArray();

            Assert.True(left.Length == 0, $"{history}: {string.Join(' ', left)}");
        }
    }

    [Fact]
    public void Nothing_of_a_person_is_left_in_the_file()
    {
        var row = Rows.Booked(
            -1_234_56,
            20_000,
            "VIR SEPA RECU /DE Zoé Lefèbvre-Ngô /REF AB12 FR7630006000011234567890189",
            "X-998877"
        );
        var reading = Reading(
            [new(9_000_000_001, row)],
            [
                row with
                {
                    Counterparty = "Dr. Łukasz Żółw 𝐃𝐮𝐩𝐨𝐧𝐭 李小龙",
                    EndToEndId = "FACTURE-2024-0815",
                    Mandate = "RUM0004711",
                    CreditorId = "FR12ZZZ345678",
                    CheckNumber = "0001234",
                    Code = "LEFEBVRE",
                    Text =
                        "CHEQUE 0001234\nPour: zoe.lefebvre@exemple.fr +33 6 12 34 56 78 &eacute;t&eacute; 987,65 EUR",
                },
            ]
        );

        var anonymous = Anonymizer.Anonymize([reading], new Random(3).Next);

        var file = new Recording { Format = Recording.ThisFormat, Readings = anonymous.Readings }.Write();
        Assert.Equal(0, anonymous.LeftOut);
        string[] original =
        [
            "zoé",
            "zoe",
            "lefèbvre",
            "lefebvre",
            "ngô",
            "AB12",
            "FR76",
            "30006000011234567890189",
            "998877",
            "łukasz",
            "lukasz",
            "żółw",
            "zolw",
            "\uD835\uDC03",
            "李",
            "龙",
            "FACTURE-2024",
            "0815",
            "4711",
            "345678",
            "1234",
            "exemple",
            "987",
            "123456",
            "9000000001",
            "20000",
            "\"account\": 5",
        ];
        Assert.DoesNotContain(original, word => file.Contains(word, StringComparison.OrdinalIgnoreCase));
        // What banks print, and the shape of the text, are still there.
        Assert.Contains("VIR SEPA RECU /DE ", file, StringComparison.Ordinal);
        Assert.Matches("CHEQUE 000[1-9][0-9]{3}", file);
        Assert.Contains("&eacute;", file, StringComparison.Ordinal);
        Assert.Contains("EUR", file, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_the_same_stays_the_same_and_what_differs_differs()
    {
        var reading = Reading(
            [],
            [
                Rows.Booked(-42_10, 100, "CB CARREFOUR PARIS", "b"),
                Rows.Booked(42_10, 103, "Cb Carrefour Paris", "a"),
                Rows.Booked(-42_00, 100, "CB CARREFOU LYON", "b"),
                Rows.Booked(0, 100, "CB LYON"),
            ]
        );

        var rows = Anonymizer.Anonymize([reading], new Random(4).Next).Readings[0].Listed;

        Assert.Equal(-rows[0].Amount, rows[1].Amount);
        Assert.True(rows[0].Amount % 100 != 0 && rows[2].Amount % 100 == 0 && rows[2].Amount < 0);
        Assert.Equal(0, rows[3].Amount);
        Assert.Equal(3, rows[1].Day - rows[0].Day);
        Assert.Equal(0, (reading.Listed[0].Day - rows[0].Day) % 7);
        Assert.Equal(rows[0].Text, rows[1].Text, ignoreCase: true);
        Assert.NotEqual(rows[0].Text, rows[1].Text);
        Assert.Equal(rows[0].BankId, rows[2].BankId);
        Assert.True(string.CompareOrdinal(rows[1].BankId, rows[0].BankId) < 0);
        var (whole, part) = (rows[0].Text.Split(' ')[1], rows[2].Text.Split(' ')[1]);
        Assert.Equal(whole[..^1], part);
        Assert.Equal(rows[2].Text.Split(' ')[2], rows[3].Text.Split(' ')[1]);
    }

    [Theory]
    [InlineData(-100_00, -105_00, 5)]
    [InlineData(-10_00, -10_01, 1)]
    [InlineData(-80_00, -62_15, 23)]
    [InlineData(-1_00, -57_30, 401)]
    public void What_card_payments_are_compared_by_stays_as_far_apart(long announced, long booked, int percent)
    {
        var random = new Random(6);
        var reading = Reading(
            [new(1, Rows.Pending(announced, 10, "CB STATION TOTAL"))],
            [Rows.Booked(booked, 12, "CARTE STATION TOTAL")]
        );
        for (var i = 0; i < 50; i++)
        {
            var anonymous = Anonymizer.Anonymize([reading], random.Next).Readings[0];

            var (before, after) = (anonymous.Held[0].Movement.Amount, anonymous.Listed[0].Amount);
            Assert.Equal(percent, Math.Min(401, Math.Ceiling(Math.Abs(after - before) * 100 / -before)));
            Assert.Equal(announced % 100 == 0, before % 100 == 0);
            Assert.DoesNotContain(before, new decimal[] { announced, booked });
        }
    }

    [Fact]
    public void No_two_anonymous_recordings_are_alike()
    {
        var reading = Reading([], [Rows.Booked(-42_10, 100, "CB CARREFOUR PARIS")]);
        var random = new Random(5);

        var rows = Enumerable
            .Range(0, 20)
            .Select(_ => Anonymizer.Anonymize([reading], random.Next).Readings[0].Listed[0])
            .ToArray();

        Assert.Equal(20, rows.Select(row => row.Text).Distinct().Count());
        Assert.InRange(rows.Select(row => row.Amount).Distinct().Count(), 18, 20);
        Assert.InRange(rows.Select(row => row.Day).Distinct().Count(), 15, 20);
    }

    private static RecordedReading Reading(StoredTransaction[] held, Movement[] listed) =>
        new()
        {
            Account = 5,
            Channel = "8700",
            Rules = new(),
            Window = new(0),
            Held = held,
            Listed = listed,
            Settled = Settled.Nothing,
        };

    private static HashSet<string> Telling(IEnumerable<RecordedReading> readings) =>
        [
            .. from reading in readings
            from row in reading.Held.Select(held => held.Movement).Concat(reading.Listed)
            from thing in new[]
            {
                row.Amount == 0 ? null : $"amount {Math.Abs(row.Amount)}",
                $"id {row.BankId}",
                $"end {row.EndToEndId?.ToUpperInvariant()}",
                $"mandate {row.Mandate?.ToUpperInvariant()}",
            }.Concat(
                $"{row.Text}\n{row.Counterparty}\n{row.EndToEndId}\n{row.Mandate}\n{row.CheckNumber}"
                    .ToUpperInvariant()
                    .Split(' ', '\n', '/', '.', '*', '-', '_', ',', ':', '\'', '&', '+', ';')
                    .Where(word => word.Length >= 4 && !WordPseudonyms.Kept.Contains(FoldedLetters.Fold(word)))
            )
            where thing is not null and not "id " and not "end " and not "mandate "
            select thing,
        ];

    // Ids by their order, everything else as it is decided.
    private static string Structure(RecordedReading reading, Decisions decided)
    {
        var numbers = reading.Held.Select(held => held.Id).Order().Index().ToDictionary(id => id.Item, id => id.Index);
        return string.Join(
                '\n',
                decided.Rows.Select(row =>
                    string.Create(
                        CultureInfo.InvariantCulture,
                        $"{(row.Transaction is { } held ? numbers[held] : -1)} {row.Repeated} {row.Evidence with { Candidates = [] }} {string.Join(',', row.Evidence.Candidates.Select(id => numbers[id]))} {string.Join(',', row.Beside)}"
                    )
                )
            ) + $"\n{string.Join(',', decided.Gone.Select(id => numbers[id]))} {decided.IdsFault} {decided.Convention}";
    }
}
