namespace Affluent.Connectors.Contract;

/// <summary>What <see cref="IStatementFiles.Pack"/> makes of a file.</summary>
public abstract record StatementAnswer
{
    private StatementAnswer() { }

    /// <summary>It can be read.</summary>
    /// <param name="Values">The answer to <see cref="Question.StatementFile"/>.</param>
    public sealed record Packed(IReadOnlyDictionary<string, string> Values) : StatementAnswer
    {
        /// <inheritdoc />
        public override string ToString() => "***";
    }

    /// <summary>Nothing of it is taken.</summary>
    /// <param name="Line">The line at which it shows; null: none in particular.</param>
    /// <param name="Column">The column of a table that it is about, as the file or its sender calls it; null: none.</param>
    public sealed record Refused(StatementFault Fault, int? Line = null, string? Column = null) : StatementAnswer;
}

/// <summary>Why nothing is taken of a file.</summary>
public enum StatementFault
{
    /// <summary>It is none of the formats that can be read.</summary>
    UnknownFormat,

    /// <summary>It breaks off, or contradicts the rules of its format.</summary>
    Damaged,

    /// <summary>It is an archive that opens with a password alone.</summary>
    Locked,

    /// <summary>It is larger than a file may be, or holds more accounts or transactions.</summary>
    TooLarge,

    /// <summary>Not one row of it can be read.</summary>
    NothingReadable,

    /// <summary>Neither the file nor its sender says in which currency the amounts are.</summary>
    CurrencyMissing,

    /// <summary>Its dates can be read with the day first or with the month first, or not as its sender says.</summary>
    DateOrderMissing,

    /// <summary>Neither the file nor its sender says of which account it is.</summary>
    AccountMissing,

    /// <summary>A table of whose columns some are not said or not there.</summary>
    ColumnMissing,

    /// <summary>It is of securities accounts alone, which are not read.</summary>
    InvestmentsOnly,
}

/// <summary>What the sender of a file can say of it, for what the file leaves out.</summary>
public enum StatementHint
{
    /// <summary>ISO 4217.</summary>
    Currency,

    /// <summary>"day_first" or "month_first": what 03/04/2026 means.</summary>
    DateOrder,

    /// <summary>Name or number of the account.</summary>
    Account,

    /// <summary>Title or number (the first is 1) of the column with the day of booking.</summary>
    DateColumn,

    /// <summary>Of the day of value.</summary>
    ValueDateColumn,

    /// <summary>Of the amount, signed unless there is a direction.</summary>
    AmountColumn,

    /// <summary>Of the word that says whether an amount comes in or leaves.</summary>
    DirectionColumn,

    /// <summary>Of what leaves.</summary>
    DebitColumn,

    /// <summary>Of what comes in.</summary>
    CreditColumn,

    /// <summary>Of the text.</summary>
    LabelColumn,

    /// <summary>Of who is on the other side.</summary>
    CounterpartyColumn,

    /// <summary>Of the bank's id of the row.</summary>
    IdColumn,

    /// <summary>Of the currency.</summary>
    CurrencyColumn,

    /// <summary>Of the number of the account.</summary>
    AccountColumn,

    /// <summary>Of the balance behind the row.</summary>
    BalanceColumn,

    /// <summary>Of the word that says whether the row is booked.</summary>
    StatusColumn,

    /// <summary>Of a fee that was taken together with the amount.</summary>
    FeeColumn,
}
