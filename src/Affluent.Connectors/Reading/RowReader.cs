using System.Text.Json;
using Affluent.Connectors.Contract;

namespace Affluent.Connectors.Reading;

/// <summary>What was made of a row of a list of transactions.</summary>
/// <param name="Transaction">Null: it cannot be read, or is no movement.</param>
/// <param name="Fault">What cannot be read.</param>
/// <param name="IsNamed">Whether the bank gives it an id.</param>
internal readonly record struct RowRead(BankTransaction? Transaction, UnreadableField? Fault, bool IsNamed);

/// <summary>Makes transactions of the rows of a page as they come by.</summary>
internal abstract class RowReader
{
    /// <summary>Whether rows stand in a list.</summary>
    /// <param name="within">Name of the object in which the list stands; null: the page itself.</param>
    public abstract bool Begin(string? within, string list);

    /// <summary>Reads the row at whose first token a reader of the page stands. It stands at the last one then.</summary>
    public abstract RowRead Read(ref Utf8JsonReader reader, ArraySegment<byte> page);
}

/// <inheritdoc />
/// <typeparam name="TMember">The members that are read.</typeparam>
internal abstract class RowReader<TMember>(JsonNamingPolicy? naming) : RowReader
    where TMember : struct, Enum
{
    private readonly JsonRow<TMember> _row = new(naming);

    public override RowRead Read(ref Utf8JsonReader reader, ArraySegment<byte> page) => Read(_row.Of(ref reader, page));

    protected abstract RowRead Read(JsonRow<TMember> row);
}
