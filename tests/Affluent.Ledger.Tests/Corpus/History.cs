using Affluent.Connectors.Contract;

namespace Affluent.Ledger.Tests;

/// <summary>What a bank lists of an account from one reading to the next, and which of its rows are one movement.</summary>
/// <param name="Name">Different from that of every other.</param>
/// <param name="Kind">The file or the family that it belongs to.</param>
/// <param name="Rules">What the catalogue says of the bank.</param>
/// <param name="Fetches">In their order.</param>
internal sealed record History(string Name, string Kind, ReconciliationRules Rules, IReadOnlyList<Fetch> Fetches)
{
    public override string ToString() => $"{Kind}: {Name}";
}

/// <summary>One reading.</summary>
/// <param name="Window">What the bank's list covers.</param>
/// <param name="Rows">In the bank's order.</param>
/// <param name="Different">Labels of movements that a user says are different, once this reading is in.</param>
internal sealed record Fetch(
    Window Window,
    IReadOnlyList<LabelledRow> Rows,
    IReadOnlyList<(string First, string Second)> Different
);

/// <summary>A row of the bank, and which movement it is.</summary>
/// <param name="Labels">The movement; several: any of these, which nothing tells apart and which nobody could take for wrong.</param>
/// <param name="MayBe">Movements that it may be as well, when the rows do not say: it must be kept apart and flagged.</param>
/// <param name="Row">As a connector hands it over.</param>
internal sealed record LabelledRow(IReadOnlyList<string> Labels, IReadOnlyList<string> MayBe, BankTransaction Row)
{
    public Movement Movement { get; } = ((Reading.Row)Movement.Read(Row)).Movement;
}
