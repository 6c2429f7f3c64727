using Affluent.Connectors.Contract;

namespace Affluent.Ledger.Tests;

/// <summary>Recordings as files, and what two decisions of one reading differ in.</summary>
public sealed class RecordingTests
{
    private static readonly Movement Petrol = Rows.Pending(-80_00, 10, "CB STATION TOTAL LYON");

    private static readonly RecordedReading Reading = new()
    {
        Account = 1,
        Channel = "8700",
        Rules = new() { Ids = TransactionIds.StableOnceBooked, Demoted = IdFault.OtherWords },
        Window = new(0, 400),
        Held =
        [
            new(1, Petrol),
            new(2, Rows.Booked(-9_99, 8, "PRLV SEPA SPOTIFY", "x"), Missing: true, 0, Ambiguous: true)
            {
                Candidates = [1],
            },
        ],
        Listed = [Rows.Booked(-62_15, 12, "CB STATION TOTAL LYON") with { TransactionDay = 10 }],
        Settled = new([new(1, 2)]),
    };

    [Fact]
    public void The_recordings_of_the_corpus_are_decided_as_they_were()
    {
        Assert.NotEmpty(Corpus.Recordings);
        foreach (var (name, text) in Corpus.Recordings)
        {
            var recording = Recording.Read(text, out var fault);
            Assert.True(recording is not null, $"{name}: {fault}");
            foreach (var (place, reading) in recording.Readings.Index())
            {
                Assert.True(reading.Decided is not null, $"{name}: reading {place} was recorded without its decision");
                var differences = reading.Decided.Compare(reading.Decide());
                Assert.True(differences.Count == 0, $"{name}: reading {place}: {string.Join(", ", differences)}");
            }
        }
    }

    [Fact]
    public void What_is_written_is_read_again_to_the_last_field()
    {
        var recorded = Reading with { Decided = Reading.Decide() };
        var text = new Recording
        {
            Format = Recording.ThisFormat,
            Notes = ["one"],
            Readings =
            [
                recorded,
                recorded with
                {
                    Window = new(null),
                    Rules = new()
                    {
                        Settings = new() { PendingDays = 0, Tiers = [] },
                    },
                },
            ],
        }.Write();

        var read = Recording.Read(text, out var fault);

        Assert.Null(fault);
        Assert.Equal(text, read!.Write());
        Assert.Equal(0, read.Readings[1].Rules.Settings.PendingDays);
        Assert.Equal(0, read.Readings[0].Held[1].Confidence);
        Assert.Equal(recorded.Listed, read.Readings[0].Listed);
        Assert.Empty(recorded.Decided.Compare(read.Readings[0].Decided!));
    }

    [Theory]
    [InlineData("", "line 1, $")]
    [InlineData("null", "line 1, $")]
    [InlineData("{}", "line 1, $")]
    [InlineData("{\n\"format\": 1}", "line 2, $.format")]
    [InlineData("{\"format\": \"other\", \"notes\": [], \"readings\": []}", "$.format")]
    [InlineData("{\"format\": \"affluent-recording-1\", \"notes\": [], \"readings\": [null]}", "$.readings[0]")]
    [InlineData("{\"format\": \"affluent-recording-1\", \"readings\": [], \"DUPONT 12345\": 1}", "line 1, $")]
    public void What_is_no_recording_is_refused_with_its_place_and_without_its_words(string text, string place)
    {
        Assert.Null(Recording.Read(text, out var fault));
        Assert.StartsWith(place, fault, StringComparison.Ordinal);
        Assert.DoesNotContain("DUPONT", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"day\": 12", "\"day\": 99999999", "$.readings[0].listed[0].day")]
    [InlineData("\"amount\": -6215", "\"amount\": -9223372036854775808", "$.readings[0].listed[0].amount")]
    [InlineData("\"amount\": -6215", "\"amount\": \"DUPONT\"", "line ")]
    [InlineData("\"pending_days\": 10,", "", "line ")]
    [InlineData("\"confidence\": 0,", "", "line ")]
    [InlineData("\"id\": 2", "\"id\": 1", "$.readings[0].held")]
    [InlineData("\"pending_days\": 10", "\"pending_days\": 63", "$.readings[0].rules.settings.pending_days")]
    [InlineData("\"tier\": \"NEW\"", "\"tier\": \"DUPONT\"", "line ")]
    public void A_field_that_no_recording_holds_is_named(string there, string instead, string place)
    {
        var text = new Recording
        {
            Format = Recording.ThisFormat,
            Readings = [Reading with { Decided = Reading.Decide() }],
        }.Write();
        Assert.Contains(there, text, StringComparison.Ordinal);

        Assert.Null(Recording.Read(text.Replace(there, instead, StringComparison.Ordinal), out var fault));

        Assert.StartsWith(place, fault, StringComparison.Ordinal);
        Assert.DoesNotContain("DUPONT", fault, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("\"amount\": -6215", "\"amount\": \"DUPONT\"", "$.readings[0].listed[0].amount: should be a number")]
    [InlineData("\"day\": 12", "\"day\": 1.5", "$.readings[0].listed[0].day: should be a whole number")]
    [InlineData(
        "\"status\": \"BOOKED\"",
        "\"status\": \"DUPONT\"",
        ".status: should be one of BOOKED, PENDING, OTHER,"
    )]
    [InlineData("\"ambiguous\": false", "\"ambiguous\": \"DUPONT\"", ".ambiguous: should be true or false")]
    [InlineData("\"pending_days\": 10,", "", ".settings: should be an object with ")]
    [InlineData(
        "\"confidence\": 0,",
        "\"DUPONT\": 0,",
        ".held[1]: has a field that the form does not have there: it has id,"
    )]
    [InlineData("\"pending_days\": 10,", "\"pending_days\": DUPONT,", ": is no JSON from byte ")]
    [InlineData("\"currency\": \"EUR\"", "\"currency\": [\"DUPONT\"]", ".currency: should be a text")]
    public void What_the_form_has_in_the_place_of_a_fault_is_said(string there, string instead, string said)
    {
        var text = new Recording
        {
            Format = Recording.ThisFormat,
            Readings = [Reading with { Decided = Reading.Decide() }],
        }.Write();
        Assert.Contains(there, text, StringComparison.Ordinal);

        Assert.Null(Recording.Read(text.Replace(there, instead, StringComparison.Ordinal), out var fault));

        Assert.Contains(said, fault, StringComparison.Ordinal);
        Assert.Matches(@"^line [1-9][0-9]*, \$", fault);
        Assert.DoesNotContain("DUPONT", fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_rules_show_what_they_decide_otherwise()
    {
        var tolerant = Reading.Rules with { Settings = new() { CardAmountPercent = 25 } };

        var differences = Reading.Decide().Compare(Reading.Decide(tolerant));

        // In doubt by the rules in force; within the tolerance of the others.
        Assert.Equal([DifferenceKind.Matched, DifferenceKind.Kept], differences.Select(difference => difference.Kind));
        Assert.Equal(1, differences[0].After!.Transaction);
        Assert.Equal(MatchReason.AmountDiffers, differences[0].Before!.Evidence.Reason);
        Assert.Equal(
            [DifferenceKind.InDoubt, DifferenceKind.Removed],
            Reading.Decide(tolerant).Compare(Reading.Decide()).Select(difference => difference.Kind)
        );
    }

    [Fact]
    public void Each_kind_of_difference_is_told_by_its_name()
    {
        Decisions none = new([new() { Evidence = New }], []);
        Decisions one = new([new() { Transaction = 1 }], []);
        Decisions doubt = new([new() { Evidence = New with { Ambiguous = true, Confidence = 40 } }], []);
        Decisions aside = new([new() { Repeated = true }], []);

        Assert.Equal([DifferenceKind.MatchedOtherwise], Kinds(one, new([new() { Transaction = 2 }], [])));
        Assert.Equal([DifferenceKind.Matched], Kinds(none, one));
        Assert.Equal([DifferenceKind.New], Kinds(one, none));
        Assert.Equal([DifferenceKind.InDoubt], Kinds(one, doubt));
        Assert.Equal([DifferenceKind.InDoubt], Kinds(none, doubt));
        Assert.Equal([DifferenceKind.OutOfDoubt], Kinds(doubt, none));
        Assert.Equal([DifferenceKind.LeftAside], Kinds(one, aside));
        Assert.Equal([DifferenceKind.NotLeftAside], Kinds(aside, none));
        Assert.Equal([DifferenceKind.OtherReason], Kinds(one, new([new() { Transaction = 1, Evidence = New }], [])));
        Assert.Equal([DifferenceKind.Removed], Kinds(one, one with { Gone = [5] }));
        Assert.Equal([DifferenceKind.Kept], Kinds(one with { Gone = [5] }, one));
        Assert.Equal([DifferenceKind.WorthOfIds], Kinds(one, one with { IdsFault = IdFault.OtherDay }));
        Assert.Equal([DifferenceKind.Convention], Kinds(one, one with { Convention = MatchReason.SignsTurned }));
        Assert.Empty(Kinds(doubt, doubt));
    }

    private static readonly Evidence New = new(MatchTier.New, 100);

    private static IEnumerable<DifferenceKind> Kinds(Decisions before, Decisions after) =>
        before.Compare(after).Select(difference => difference.Kind);
}
