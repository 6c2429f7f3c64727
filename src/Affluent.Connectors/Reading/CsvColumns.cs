using System.Globalization;
using System.Text.RegularExpressions;

namespace Affluent.Connectors.Reading;

/// <summary>Where in a table what stands. Pure.</summary>
internal static partial class CsvColumns
{
    /// <summary>Titles that banks give to the user's account, and others to that of the other side.</summary>
    private static readonly string[] OfEitherSide = ["account", "account number", "iban", "kontonummer"];

    /// <summary>Titles that banks use, in plain letters (<see cref="PageText.Plain"/>); the first that is there counts.</summary>
    private static readonly Dictionary<StatementColumn, string[]> Titles = new()
    {
        [StatementColumn.Date] =
        [
            "date operation",
            "date d'operation",
            "date de l'operation",
            "dateop",
            "date comptable",
            "date de comptabilisation",
            "booking date",
            "transaction date",
            "posting date",
            "posted date",
            "completed date",
            "buchungstag",
            "buchungsdatum",
            "buchung",
            "fecha",
            "fecha operacion",
            "data mov.",
            "data movimento",
            "data",
            "data operazione",
            "data contabile",
            "datum",
            "date",
        ],
        [StatementColumn.ValueDate] =
        [
            "date valeur",
            "date de valeur",
            "dateval",
            "value date",
            "data valor",
            "valutadatum",
            "wertstellung",
            "valuta",
            "fecha valor",
            "data valuta",
        ],
        [StatementColumn.Amount] =
        [
            "montant",
            "montant de l'operation",
            "amount",
            "betrag",
            "umsatz",
            "importe",
            "importo",
            "bedrag",
            "montante",
            "value",
        ],
        [StatementColumn.Direction] =
        [
            "af bij",
            "debit/credit",
            "credit/debit",
            "soll/haben",
            "s/h",
            "d/c",
            "sens",
            "direction",
        ],
        [StatementColumn.Debit] = ["debit", "soll", "paid out", "money out", "withdrawals", "uscite", "cargo", "dare"],
        [StatementColumn.Credit] = ["credit", "haben", "paid in", "money in", "deposits", "entrate", "abono", "avere"],
        [StatementColumn.Label] =
        [
            "libelle",
            "libelle operation",
            "libelle de l'operation",
            "libelle simplifie",
            "label",
            "description",
            "verwendungszweck",
            "buchungstext",
            "details",
            "memo",
            "concepto",
            "descrizione",
            "descricao",
            "omschrijving",
            "naam / omschrijving",
            "name / description",
            "narrative",
        ],
        [StatementColumn.Counterparty] =
        [
            "contrepartie",
            "tiers",
            "payee",
            "name",
            "beneficiary",
            "empfanger",
            "auftraggeber / begunstigter",
            "auftraggeber/empfanger",
            "zahlungsempfanger*in",
            "partner name",
            "beguenstigter/zahlungspflichtiger",
        ],
        [StatementColumn.Id] = ["reference", "transaction id", "id", "referenz"],
        [StatementColumn.Currency] = ["devise", "currency", "wahrung", "waehrung", "moneda", "divisa", "valuta code"],
        [StatementColumn.Account] =
        [
            "compte",
            "numero de compte",
            "accountnum",
            "account",
            "account number",
            "iban",
            "auftragskonto",
            "kontonummer",
            "rekening",
        ],
        [StatementColumn.Balance] =
        [
            "solde",
            "balance",
            "running balance",
            "saldo",
            "kontostand",
            "saldo nach buchung",
            "saldo contabilistico",
        ],
        [StatementColumn.RowStatus] =
        [
            "status",
            "state",
            "statut",
            "etat",
            "stato",
            "estado",
            "umsatzstatus",
            // In which German savings banks say what is only announced.
            "info",
        ],
        [StatementColumn.Fee] = ["fee"],
    };

    /// <summary>The columns by the titles of a row, those that are named first; null when it is no row of titles.</summary>
    public static IReadOnlyDictionary<StatementColumn, int>? OfTitles(
        CsvRow row,
        IReadOnlyDictionary<StatementColumn, string> named
    )
    {
        var titles = row.Fields.Select(field => PageText.Plain(field).Trim()).ToArray();
        // "Betrag (EUR)", "Débit euros"
        var bare = titles.Select(title => Unit().Replace(title, "")).ToArray();
        Dictionary<StatementColumn, int> found = [];
        foreach (var (column, name) in named)
        {
            var at = Number(name) ?? Array.IndexOf(titles, PageText.Plain(name).Trim());
            if (at < 0)
            {
                return null;
            }
            found[column] = at;
        }
        foreach (var (column, known) in Titles.Where(t => !found.ContainsKey(t.Key)))
        {
            foreach (var at in known.Select(title => Array.IndexOf(bare, title)))
            {
                if (at >= 0 && !found.ContainsValue(at))
                {
                    found[column] = at;
                    break;
                }
            }
        }
        // One who names where the amounts are does not mean other columns.
        if (named.ContainsKey(StatementColumn.Amount))
        {
            found.Remove(StatementColumn.Debit);
            found.Remove(StatementColumn.Credit);
        }
        return Missing(found) is null ? found : null;
    }

    /// <summary>
    /// Whether the column of accounts holds the user's: one that stands before the day, or names one account alone, on each row, and nobody else beside it.
    /// </summary>
    public static bool IsOwnAccount(CsvTable table, IReadOnlyList<CsvRow> rows)
    {
        var (account, columns) = (table.Columns[StatementColumn.Account], table.Columns);
        return table.Titles is not { } titles
            || !OfEitherSide.Contains(PageText.Plain(titles[account]).Trim())
            || account < columns[StatementColumn.Date]
            || (
                !columns.ContainsKey(StatementColumn.Counterparty)
                && rows.All(row => row[account] != "" && row[account] == rows[0][account])
            );
    }

    /// <summary>The columns of a table without titles, named by numbers alone (the first is 1); null: they are not.</summary>
    public static IReadOnlyDictionary<StatementColumn, int>? OfNumbers(
        IReadOnlyDictionary<StatementColumn, string> named
    )
    {
        Dictionary<StatementColumn, int> found = [];
        foreach (var (column, name) in named)
        {
            if (Number(name) is not { } at)
            {
                return null;
            }
            found[column] = at;
        }
        return Missing(found) is null ? found : null;
    }

    /// <summary>Without which nothing can be read; null: nothing is missing.</summary>
    private static StatementColumn? Missing(Dictionary<StatementColumn, int> found) =>
        !found.ContainsKey(StatementColumn.Date) ? StatementColumn.Date
        : found.ContainsKey(StatementColumn.Amount)
        || found.ContainsKey(StatementColumn.Debit)
        || found.ContainsKey(StatementColumn.Credit)
            ? null
        : StatementColumn.Amount;

    [GeneratedRegex(
        "(?<=.)[ ]*(?:[(][ ]*(?:eur|euros?|€|chf|usd|[$]|gbp|£)[ ]*[)]|[ ](?:in[ ])?(?:eur|euros?|€))$",
        RegexOptions.ExplicitCapture,
        5000
    )]
    private static partial Regex Unit();

    private static int? Number(string name) =>
        int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number is >= 1 and <= 200
        && name[^1] != '\0'
            ? number - 1
            : null;
}
