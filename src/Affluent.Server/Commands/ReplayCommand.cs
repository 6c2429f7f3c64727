using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Serialization;
using Affluent.Connectors;
using Affluent.Connectors.Contract;
using Affluent.Ledger;
using Affluent.Server.Storage;

namespace Affluent.Server.Commands;

/// <summary><c>recordings replay</c>: decides recorded readings again, offline, and shows what comes out otherwise.</summary>
internal static class ReplayCommand
{
    private const long LargestFile = 256 * 1024 * 1024;

    public static Command Create()
    {
        var files = new Argument<string[]>("file")
        {
            Arity = ArgumentArity.OneOrMore,
            Description = "What recordings export wrote",
        };
        var rules = new Option<string>("--rules")
        {
            HelpName = "FILE",
            Description =
                "Decide by these rules, in the form of a bank's shadow_reconciliation, and not by those of the recording",
        };
        var json = new Option<bool>("--json") { Description = "Print the differences as JSON, one in a line" };
        var command = new Command(
            "replay",
            "Decide recorded readings again by this program, without a database, and show what differs from what was decided then. Ends with 0: nothing; 1: something; 2: a file cannot be read."
        )
        {
            files,
            rules,
            json,
        };
        command.SetAction(
            async (asked, cancellation) =>
            {
                var other = asked.GetValue(rules) is { } file
                    ? (file, await ReadFile(file, cancellation))
                    : default((string, string)?);
                var output = asked.InvocationConfiguration.Output;
                var (readings, different, found) = (0, 0, 0);
                foreach (var name in asked.GetValue(files)!)
                {
                    var recording =
                        Recording.Read(await ReadFile(name, cancellation), out var fault)
                        ?? throw new CommandException(ExitCode.Usage, $"{name}: {fault}.");
                    foreach (var (place, reading) in recording.Readings.Index())
                    {
                        readings++;
                        var differences = Differences(reading, other);
                        different += differences.Count > 0 ? 1 : 0;
                        found += differences.Count;
                        foreach (var difference in differences)
                        {
                            var line = new ReplayedDifference(name, place, difference);
                            await output.WriteLineAsync(asked.GetValue(json) ? line.Json() : line.Text());
                        }
                    }
                }
                if (!asked.GetValue(json))
                {
                    await output.WriteLineAsync(
                        $"readings: {readings}, decided otherwise: {different}, differences: {found}"
                    );
                }
                return (int)(found == 0 ? ExitCode.Done : ExitCode.Failed);
            }
        );
        return command;
    }

    private static IReadOnlyList<DecisionDifference> Differences(
        RecordedReading reading,
        (string File, string Text)? other
    )
    {
        var rules = other is { } given ? RulesOf(reading.Rules, given.File, given.Text) : reading.Rules;
        return (reading.Decided ?? reading.Decide()).Compare(reading.Decide(rules));
    }

    private static ReconciliationRules RulesOf(ReconciliationRules recorded, string file, string text)
    {
        var inForce = new ShadowReconciliation { TransactionIds = recorded.Ids, Settings = recorded.Settings };
        var (rules, faults) = Catalogue.ReadRules(file, text, inForce);
        return rules is null
            ? throw new CommandException(ExitCode.Usage, string.Join('\n', faults))
            : recorded with
            {
                Ids = rules.TransactionIds,
                Settings = rules.Settings,
            };
    }

    private static async Task<string> ReadFile(string name, CancellationToken cancellation)
    {
        try
        {
            return new FileInfo(name).Length <= LargestFile
                ? await File.ReadAllTextAsync(name, cancellation)
                : throw new CommandException(ExitCode.Usage, $"{name}: is larger than {LargestFile} bytes.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Usage, $"{name}: {e.Message}");
        }
    }
}

/// <summary>A difference as it is printed.</summary>
internal sealed record ReplayedDifference(
    string File,
    int Reading,
    string Kind,
    int? Row,
    long? Transaction,
    ReplayedDecision? Before,
    ReplayedDecision? After
)
{
    public ReplayedDifference(string file, int reading, DecisionDifference difference)
        : this(
            file,
            reading,
            difference.Kind.Word(),
            difference.Row,
            difference.Transaction,
            ReplayedDecision.Of(difference.Before),
            ReplayedDecision.Of(difference.After)
        ) { }

    public string Json() => JsonSerializer.Serialize(this, ReplayJson.Default.ReplayedDifference);

    public string Text()
    {
        var what =
            Row is { } row ? $" row {row}: {Before!.Text()} -> {After!.Text()}"
            : Transaction is { } id ? $" transaction {id}"
            : "";
        return $"{File}: reading {Reading}: {Kind}{what}";
    }
}

/// <summary>A decision of a row as it is printed.</summary>
internal sealed record ReplayedDecision(
    long? Transaction,
    bool Repeated,
    string Tier,
    string Reason,
    int Confidence,
    bool Ambiguous,
    IReadOnlyList<long> Candidates
)
{
    public static ReplayedDecision? Of(RowDecision? row) =>
        row is null
            ? null
            : new(
                row.Transaction,
                row.Repeated,
                row.Evidence.Tier.Word(),
                row.Evidence.Reason.Word(),
                row.Evidence.Confidence,
                row.Evidence.Ambiguous,
                row.Evidence.Candidates
            );

    public string Text() =>
        Repeated ? "left aside"
        : Transaction is { } id ? $"transaction {id} ({Tier}, {Reason}, {Confidence} %)"
        : Ambiguous ? $"in doubt ({Reason}, {Confidence} %; may be {string.Join(' ', Candidates)})"
        : "new";
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull
)]
[JsonSerializable(typeof(ReplayedDifference))]
internal sealed partial class ReplayJson : JsonSerializerContext;
