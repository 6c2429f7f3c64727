namespace Affluent.TestBank.Scenarios;

/// <summary>A piece of text of a scenario file and where it stands.</summary>
internal readonly record struct LocatedText(string Text, Location Location);

/// <summary>
/// A scenario as its file writes it, before any check: both file forms are read into this, and <see cref="ScenarioCheck"/> turns it
/// into a <see cref="Scenario"/> or says what is wrong, so the two forms have the same powers and the same rules.
/// </summary>
internal sealed class Draft(string file)
{
    private int records;

    public string File { get; } = file;
    public string Seed { get; set; } = "affluent";
    public DraftMove? NewUrl { get; set; }
    public List<DraftPerson> People { get; } = [];
    public List<Diagnostic> Errors { get; } = [];
    public List<Diagnostic> Warnings { get; } = [];

    /// <summary>
    /// Remembers what is wrong. The reason is ours alone: whoever reads it may not be allowed to read the file, so it holds nothing of it.
    /// </summary>
    public void Error(Location location, string reason) => Remark(Errors, location, reason);

    /// <summary>Remembers what was read past; as for <see cref="Error"/>, nothing of the file.</summary>
    public void Warn(Location location, string reason) => Remark(Warnings, location, reason);

    /// <summary>Counts records; false, and an error, once there are too many of them.</summary>
    public bool Take(Location location, int count)
    {
        records += count;
        if (records <= ScenarioLimits.MostRecords)
        {
            return true;
        }

        Error(location, $"more than {ScenarioLimits.MostRecords} records are in this file");
        return false;
    }

    private void Remark(List<Diagnostic> remarks, Location location, string reason)
    {
        if (remarks.Count < ScenarioLimits.MostRemarks)
        {
            remarks.Add(new Diagnostic(File, location, reason));
        }
    }
}

/// <summary>The file is to be read elsewhere, from a day on or at once.</summary>
internal sealed record DraftMove(LocatedText Url, LocatedText? From);

internal sealed class DraftPerson(Location location)
{
    public Location Location { get; } = location;
    public List<Credentials> Credentials { get; } = [];
    public List<string> Owners { get; } = [];

    /// <summary>
    /// <c>code</c>, <c>code_sent_to</c>, <c>approval_seconds</c>, <c>image</c>, <c>locked</c>, <c>consent</c>, <c>consent_seconds</c>, <c>short_history</c>,
    /// <c>note</c>, <c>note_en</c>.
    /// </summary>
    public Dictionary<string, LocatedText> Options { get; } = new(StringComparer.Ordinal);
    public List<LocatedText> Faults { get; } = [];
    public List<DraftMethod> Methods { get; } = [];
    public List<DraftAccount> Accounts { get; } = [];
}

/// <param name="Options"><c>label</c>, <c>label_en</c>, <c>code</c>, <c>code_sent_to</c>, <c>approval_seconds</c>, <c>image</c>.</param>
internal sealed record DraftMethod(Location Location, Dictionary<string, LocatedText> Options);

internal sealed class DraftAccount(Location location)
{
    public Location Location { get; } = location;
    public string Uid { get; set; } = "";
    public string Number { get; set; } = "";
    public string Name { get; set; } = "";
    public string Type { get; set; } = "";
    public string Owner { get; set; } = "";
    public string Iban { get; set; } = "";
    public string Currency { get; set; } = "";
    public string Balance { get; set; } = "";
    public string BalanceDate { get; set; } = "";
    public bool Living { get; set; }
    public string ClosedOn { get; set; } = "";

    /// <summary>The line of the account is too short to be read; it stays as the place for the movements under it.</summary>
    public bool Broken { get; set; }

    /// <summary><c>loan.…</c>, <c>savings.…</c> and <c>card.…</c> values.</summary>
    public Dictionary<string, LocatedText> Details { get; } = new(StringComparer.Ordinal);
    public List<DraftMovement> Movements { get; } = [];
    public List<DraftRecurring> Recurring { get; } = [];
    public List<DraftSpending> Spending { get; } = [];
}

internal sealed record DraftMovement(Location Location, string Amount, string Date, string Label)
{
    public string Memo { get; init; } = "";
    public string Counterparty { get; init; } = "";
    public string Reference { get; init; } = "";
    public bool Pending { get; init; }
    public string BooksOn { get; init; } = "";
    public string BookedReference { get; init; } = "";
}

internal sealed record DraftRecurring(Location Location, string Amount, string Start, string Label, string Every)
{
    /// <summary>A day, or a number of times, or nothing.</summary>
    public string End { get; init; } = "";
    public string Memo { get; init; } = "";
    public string Counterparty { get; init; } = "";
    public string Reference { get; init; } = "";
    public string BooksAfterDays { get; init; } = "";
}

internal sealed record DraftSpending(Location Location, string From, string To, string Label, string EveryDays)
{
    public string BooksAfterDays { get; init; } = "";
}
