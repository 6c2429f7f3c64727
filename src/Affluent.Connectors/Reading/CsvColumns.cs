using System.Globalization;

namespace Affluent.Connectors.Reading;

/// <summary>Where in a table what stands. Pure.</summary>
internal static class CsvColumns
{
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
            "bedrag (eur)",
            "amount (eur)",
            "montant (eur)",
            "montant(euros)",
            "value",
        ],
        [StatementColumn.Direction] = ["af bij", "debit/credit", "soll/haben", "sens", "direction"],
        [StatementColumn.Debit] =
        [
            "debit",
            "debit euros",
            "debit (eur)",
            "soll",
            "paid out",
            "money out",
            "withdrawals",
            "uscite",
            "cargo",
            "dare",
        ],
        [StatementColumn.Credit] =
        [
            "credit",
            "credit euros",
            "credit (eur)",
            "haben",
            "paid in",
            "money in",
            "deposits",
            "entrate",
            "abono",
            "avere",
        ],
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
        [StatementColumn.Balance] = ["solde", "balance", "running balance", "saldo"],
    };

    /// <summary>The columns by the titles of a row, those that are named first; null when it is no row of titles.</summary>
    public static IReadOnlyDictionary<StatementColumn, int>? OfTitles(
        CsvRow row,
        IReadOnlyDictionary<StatementColumn, string> named
    )
    {
        var titles = row.Fields.Select(field => PageText.Plain(field).Trim()).ToArray();
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
            foreach (var at in known.Select(title => Array.IndexOf(titles, title)))
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

    private static int? Number(string name) =>
        int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        && number is >= 1 and <= 200
        && name[^1] != '\0'
            ? number - 1
            : null;
}
