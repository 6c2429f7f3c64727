using Affluent.Connectors.Reading;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;

namespace Affluent.Connectors.Scraping;

/// <summary>What a column holds.</summary>
internal enum Column
{
    Name,
    Number,
    Iban,
    Type,
    Currency,
    Balance,
    BalanceDay,
    Owner,
    Usage,
    Day,
    BookingDay,
    ValueDay,
    Label,
    Memo,
    Counterparty,
    Reference,
    Amount,
    Debit,
    Credit,
    Status,
}

/// <summary>A table whose columns are known by their headings, in French or English.</summary>
internal sealed class PageTable
{
    private readonly Dictionary<Column, int> _columns;

    private PageTable(Dictionary<Column, int> columns, IReadOnlyList<PageRow> rows) =>
        (_columns, Rows) = (columns, rows);

    /// <summary>The rows that hold data.</summary>
    public IReadOnlyList<PageRow> Rows { get; }

    /// <summary>Whether both columns are there.</summary>
    public bool Has(Column one, Column other) => _columns.ContainsKey(one) && _columns.ContainsKey(other);

    /// <summary>
    /// Several tables of one kind as one, in their order. A table that says exactly what one before it says is that one for other screens.
    /// </summary>
    public static PageTable Of(IEnumerable<PageTable> tables)
    {
        var parts = tables
            .DistinctBy(t => string.Join('\n', t.Rows.Select(row => row.ToString())), StringComparer.Ordinal)
            .ToArray();
        return new PageTable(parts[0]._columns, [.. parts.SelectMany(t => t.Rows)]);
    }

    /// <summary>Null when the table has no headings that are known.</summary>
    public static PageTable? Of(IHtmlTableElement table)
    {
        var head = table.Rows.FirstOrDefault(r => r.Cells.Any(c => c.LocalName == "th"));
        if (head is null)
        {
            return null;
        }
        var columns = new Dictionary<Column, int>();
        var at = 0;
        foreach (var cell in head.Cells)
        {
            if (ColumnOf(PageText.Plain(cell.TextContent)) is { } column)
            {
                columns.TryAdd(column, at);
            }
            at += int.Clamp(cell.ColumnSpan, 1, 100);
        }
        var title = PageText.Plain(TitleOf(table));
        var rows = table
            .Rows.Where(r => r != head && r.Cells.Any(c => c.LocalName == "td"))
            .Select(r => new PageRow(r, columns, title));
        return columns.Count == 0 ? null : new PageTable(columns, [.. rows]);
    }

    /// <summary>The table's caption, or the heading that stands before it.</summary>
    private static string TitleOf(IHtmlTableElement table)
    {
        if (table.Caption is { } caption)
        {
            return caption.TextContent;
        }
        IElement? at = table;
        for (var steps = 0; at is not null and not IHtmlBodyElement && steps < MostSteps; steps++)
        {
            // Another table has a heading of its own.
            if (at != table && at is IHtmlTableElement)
            {
                return "";
            }
            if (at is IHtmlHeadingElement)
            {
                return at.TextContent;
            }
            at = at.PreviousElementSibling ?? at.ParentElement;
        }
        return "";
    }

    private const int MostSteps = 12;

    // Longer headings first: "solde au" is a day, "solde" an amount; "date de valeur" is not "date".
    private static Column? ColumnOf(string heading) =>
        heading switch
        {
            _ when heading.ContainsAny(
                    "solde au",
                    "solde le",
                    "balance on",
                    "balance date",
                    "date du solde",
                    "as of"
                ) => Column.BalanceDay,
            _ when heading.ContainsAny("solde", "balance", "encours", "outstanding") => Column.Balance,
            _ when heading.ContainsAny("iban") => Column.Iban,
            _ when heading.ContainsAny("devise", "currency") => Column.Currency,
            _ when heading.ContainsAny("titulaire", "holder", "owner") => Column.Owner,
            _ when heading.ContainsAny("usage") => Column.Usage,
            _ when heading.ContainsAny("valeur", "value") => Column.ValueDay,
            _ when heading.ContainsAny("comptabili", "booked", "booking") => Column.BookingDay,
            _ when heading.ContainsAny("reference", "ref.") => Column.Reference,
            _ when heading.ContainsAny("contrepartie", "beneficiaire", "counterparty", "other party") =>
                Column.Counterparty,
            _ when heading.ContainsAny("complement", "memo", "detail", "communication") => Column.Memo,
            _ when heading.ContainsAny("libelle", "label", "description", "operation", "intitule")
                    && !heading.ContainsAny("date") => Column.Label,
            _ when heading.ContainsAny("debit") => Column.Debit,
            _ when heading.ContainsAny("credit") => Column.Credit,
            _ when heading.ContainsAny("montant", "amount") => Column.Amount,
            _ when heading.ContainsAny("statut", "etat", "status") => Column.Status,
            _ when heading.ContainsAny("date") => Column.Day,
            _ when heading.ContainsAny("numero", "number", "n°") => Column.Number,
            _ when heading.ContainsAny("type", "nature") => Column.Type,
            _ when heading.ContainsAny("compte", "account", "nom", "name") => Column.Name,
            _ => null,
        };
}

/// <summary>A row of such a table.</summary>
internal sealed class PageRow(IHtmlTableRowElement row, IReadOnlyDictionary<Column, int> columns, string title)
{
    /// <summary>What stands above the table, in plain words.</summary>
    public string Title => title;

    /// <summary>The row's classes, as one plain text.</summary>
    public string Classes => row.ClassName ?? "";

    /// <summary>What a cell says, blanks joined; null when it is empty or the table has no such column.</summary>
    public string? Text(Column column) => Cell(column) is { } cell ? Lines.Join(cell.TextContent) : null;

    /// <summary>The first link of the row, the one of the cell first.</summary>
    public string? Link(Column column) =>
        (Cell(column)?.QuerySelector("a[href]") ?? row.QuerySelector("a[href]"))?.GetAttribute("href");

    /// <summary>All that the row says.</summary>
    public override string ToString() => string.Join('|', row.Cells.Select(c => Lines.Join(c.TextContent)));

    private IHtmlTableCellElement? Cell(Column column)
    {
        if (!columns.TryGetValue(column, out var at))
        {
            return null;
        }
        foreach (var cell in row.Cells)
        {
            var width = int.Clamp(cell.ColumnSpan, 1, 100);
            if (at < width)
            {
                return cell;
            }
            at -= width;
        }
        return null;
    }
}
