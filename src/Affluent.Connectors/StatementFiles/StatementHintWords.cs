using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Reading;

namespace Affluent.Connectors.StatementFiles;

/// <summary>What is said of a file beside it, in the words of settings and answers. Pure.</summary>
internal static class StatementHintWords
{
    private const string DayFirst = "day_first";

    private static readonly Dictionary<StatementHint, StatementColumn> Columns = new()
    {
        [StatementHint.DateColumn] = StatementColumn.Date,
        [StatementHint.ValueDateColumn] = StatementColumn.ValueDate,
        [StatementHint.AmountColumn] = StatementColumn.Amount,
        [StatementHint.DirectionColumn] = StatementColumn.Direction,
        [StatementHint.DebitColumn] = StatementColumn.Debit,
        [StatementHint.CreditColumn] = StatementColumn.Credit,
        [StatementHint.LabelColumn] = StatementColumn.Label,
        [StatementHint.CounterpartyColumn] = StatementColumn.Counterparty,
        [StatementHint.IdColumn] = StatementColumn.Id,
        [StatementHint.CurrencyColumn] = StatementColumn.Currency,
        [StatementHint.AccountColumn] = StatementColumn.Account,
        [StatementHint.BalanceColumn] = StatementColumn.Balance,
        [StatementHint.StatusColumn] = StatementColumn.RowStatus,
        [StatementHint.FeeColumn] = StatementColumn.Fee,
    };

    /// <summary>The word of each.</summary>
    public static IReadOnlyDictionary<StatementHint, string> All { get; } =
        Enum.GetValues<StatementHint>()
            .ToDictionary(hint => hint, hint => JsonNamingPolicy.SnakeCaseLower.ConvertName(hint.ToString()));

    /// <summary>The words of <see cref="StatementHint.DateOrder"/>.</summary>
    public static IReadOnlyList<string> Orders { get; } = [DayFirst, "month_first"];

    /// <summary>For the author of an entry.</summary>
    public static string Meaning(StatementHint hint) =>
        hint switch
        {
            StatementHint.Currency => "currency of files that name none (QIF, many tables)",
            StatementHint.DateOrder => "what 03/04/2026 means, where the file as a whole does not show it",
            StatementHint.Account => "name or number of the account, for files that name none",
            _ => $"title, or number from 1 on, of a table's column: {Columns[hint]}",
        };

    /// <summary>What the sender says, and where they say nothing, the entry.</summary>
    public static StatementHints Hints(
        IReadOnlyDictionary<string, string> settings,
        IReadOnlyDictionary<StatementHint, string> given
    )
    {
        string? Of(StatementHint hint) =>
            given.TryGetValue(hint, out var said) && said.Trim() != "" ? said.Trim()
            : settings.TryGetValue(All[hint], out var set) && set.Trim() != "" ? set.Trim()
            : null;

        return new()
        {
            Currency = Of(StatementHint.Currency)?.ToUpperInvariant(),
            DayFirst = Of(StatementHint.DateOrder) is { } order ? order == DayFirst : null,
            Account = Of(StatementHint.Account),
            Columns = Columns
                .Select(pair => (Column: pair.Value, Name: Of(pair.Key)))
                .Where(pair => pair.Name is not null)
                .ToDictionary(pair => pair.Column, pair => pair.Name!),
        };
    }
}
