using Affluent.Connectors.Contract;

namespace Affluent.Connectors.Reading;

/// <summary>What a file says of one account.</summary>
/// <param name="From">The first day of which the file gives everything; null: it names none.</param>
/// <param name="Until">The last such day; null: it names none.</param>
internal sealed record Statement(
    BankAccount Account,
    DateOnly? From,
    DateOnly? Until,
    IReadOnlyList<ReportEntry> Entries
);

/// <summary>What becomes of a file: statements, or the reason why nothing of it is taken.</summary>
internal abstract record StatementReading
{
    private StatementReading() { }

    /// <summary>At least one account.</summary>
    internal sealed record Accounts(IReadOnlyList<Statement> Statements) : StatementReading;

    /// <summary>Nothing is taken.</summary>
    /// <param name="Line">The line at which it shows; null: none in particular.</param>
    /// <param name="Column">The column of a mapping that it is about; null: none.</param>
    internal sealed record Refused(StatementFault Fault, int? Line = null, string? Column = null) : StatementReading;
}

/// <summary>What the sender of a file says of it, for what the file leaves out.</summary>
internal sealed record StatementHints
{
    /// <summary>ISO 4217.</summary>
    public string? Currency { get; init; }

    /// <summary>Whether the day stands before the month (12/03/2026 is in March); null: to be seen from the dates.</summary>
    public bool? DayFirst { get; init; }

    /// <summary>Name of the account, where the file names none.</summary>
    public string? Account { get; init; }

    /// <summary>Which column of a table holds what; those left out are known by their titles.</summary>
    public IReadOnlyDictionary<StatementColumn, string> Columns { get; init; } =
        new Dictionary<StatementColumn, string>();
}

/// <summary>What a column of a table holds.</summary>
internal enum StatementColumn
{
    /// <summary>Day of booking.</summary>
    Date,

    /// <summary>Day of value.</summary>
    ValueDate,

    /// <summary>Amount, signed unless there is a direction.</summary>
    Amount,

    /// <summary>Whether an amount comes in or leaves, in a word.</summary>
    Direction,

    /// <summary>What leaves, with or without a sign.</summary>
    Debit,

    /// <summary>What comes in.</summary>
    Credit,

    /// <summary>Text.</summary>
    Label,

    /// <summary>Who is on the other side.</summary>
    Counterparty,

    /// <summary>The bank's id of the row.</summary>
    Id,

    /// <summary>Currency of the amount.</summary>
    Currency,

    /// <summary>Number of the account.</summary>
    Account,

    /// <summary>Balance behind the row.</summary>
    Balance,

    /// <summary>Whether the row is booked, in a word.</summary>
    RowStatus,

    /// <summary>Fee that was taken together with the amount.</summary>
    Fee,
}
