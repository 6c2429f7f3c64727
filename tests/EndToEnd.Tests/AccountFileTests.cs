using System.Collections.Concurrent;
using System.Text;
using System.Text.Json;
using Affluent.Server.Tests.Harness;
using EndToEnd.Tests.Harness;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>
/// Account files of a test bank come through the running product as they are written: served over HTTP, read by the bank, scraped
/// from its site over EMBEDDED, given by the API.
/// </summary>
public sealed class AccountFileTests(AccountFileTests.Running running) : IClassFixture<AccountFileTests.Running>
{
    private static readonly TimeZoneInfo Paris = TimeZoneInfo.FindSystemTimeZoneById("Europe/Paris");

    private static readonly Dictionary<string, string> OwnFiles = new(StringComparer.Ordinal)
    {
        ["yen, which has no decimals, and dinar, which has three"] = """
            CREDENTIALS|kenji|s3cret-kenji
            CREDENTIALS_OWNER|KENJI SATO
            ACCOUNT|jpyjpyjpyjp1|JP-1|01/08/26|150000|Checkings||false|KENJI SATO|Futsu yokin||||JPY
            TRANSACTION|-1200|30/07/26|SUICA CHARGE
            TRANSACTION|250000|25/07/26|KYUYO JULY
            ACCOUNT|tndtndtndtn1|TN-1|01/08/26|1234.567|Checkings||false|KENJI SATO|Compte en dinars|||TN5910006035183598478831|TND
            TRANSACTION|-0.125|29/07/26|TIMBRE FISCAL
            TRANSACTION|99.999|28/07/26|VIREMENT RECU
            """,
        ["no owner at all"] = """
            CREDENTIALS|dev|dev
            CREDENTIALS_OWNER|
            ACCOUNT|noownernown1|0001|01/08/26|-0.01|Checkings||false||Compte|||FR7630099000120004127653080|EUR
            TRANSACTION|-0.01|01/08/26|FRAIS
            """,
        ["twins of one day, which stay two, and movements in the future"] = """
            CREDENTIALS|dev|dev
            CREDENTIALS_OWNER|LEA ROUX
            ACCOUNT|twinstwinst1|0002|01/08/26|50.00|Checkings||false|LEA ROUX|Compte|||FR7630099000120004127653080|EUR
            TRANSACTION|-2.40|31/07/26|CB BOULANGERIE DU COIN
            TRANSACTION|-2.40|31/07/26|CB BOULANGERIE DU COIN
            TRANSACTION|-2.40|31/07/26|CB BOULANGERIE DU COIN
            TRANSACTION|-800.00|01/01/40|VIR LOYER A VENIR
            """,
        ["a card, a loan, a savings account, and memo and reference"] = """
            CREDENTIALS|dev|dev
            CREDENTIALS_OWNER|PAUL ET ANNE PETIT

            ACCOUNT|petitpetitp1|0003|01/08/26|900.10|Checkings||false|PAUL PETIT|Compte joint|||FR7630099000120004127653080|EUR
            TRANSACTION|-45.10|30/07/26|PRLV ELECTRICITE|CONTRAT 77 ZONE 3|REF-E-1
            TRANSACTION|2000|29/07/26|VIR SALAIRE||REF-S-2

            ACCOUNT|petitpetitp2|4970********1234|01/08/26|-120.5|CreditCard||false|PAUL PETIT|Carte||||EUR
            TRANSACTION|-120.5|15/07/26|CB HOTEL DE LA PLAGE

            ACCOUNT|petitpetitp3|0004|01/08/26|-150000|Loans||false|ANNE PETIT|Pret immobilier||||EUR
            TRANSACTION|750|05/07/26|ECHEANCE PRET

            ACCOUNT|petitpetitp4|0005|01/08/26|10000|Savings||false|ANNE PETIT|Livret||||EUR
            """,
        ["lines that end as on Windows, in letters of many countries"] =
            "CREDENTIALS|zoë|påsswörd\r\nCREDENTIALS_OWNER|ZOË ÅSTRÖM\r\n\r\n"
            + "ACCOUNT|windowswind1|SE-1|01/08/26|77.7|Checkings||false|ZOË ÅSTRÖM|Lönekonto|||SE3550000000054910000003|SEK\r\n"
            + "TRANSACTION|-7.7|31/07/26|KÖP ŁÓDŹ & ČESKÉ BUDĚJOVICE <50%>\r\n",
    };

    [Theory]
    [OnBothDatabases("account_type_not_supported.txt")]
    [OnBothDatabases("archibald_haddock.txt")]
    [OnBothDatabases("dana_scully_be-fr.txt")]
    [OnBothDatabases("harley_quinn.txt")]
    [OnBothDatabases("hermione_granger.txt")]
    [OnBothDatabases("james_watson.txt")]
    [OnBothDatabases("luke_skywalker.txt")]
    [OnBothDatabases("no_owner_name.txt")]
    [OnBothDatabases("raquel_murillo.txt")]
    [OnBothDatabases("societe_lambda_auto.txt")]
    public async Task A_file_written_elsewhere_comes_through_as_it_is(DatabaseKind kind, string name)
    {
        var path = Path.Combine(Repository.Root, "..", "shared", "testbank-files", name);
        Assert.SkipUnless(File.Exists(path), $"{Path.GetFullPath(path)} is not here.");
        await ComesThrough(kind, await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken));
    }

    [Theory]
    [OnBothDatabases("yen, which has no decimals, and dinar, which has three")]
    [OnBothDatabases("no owner at all")]
    [OnBothDatabases("twins of one day, which stay two, and movements in the future")]
    [OnBothDatabases("a card, a loan, a savings account, and memo and reference")]
    [OnBothDatabases("lines that end as on Windows, in letters of many countries")]
    public Task A_file_of_our_own_comes_through_as_it_is(DatabaseKind kind, string what) =>
        ComesThrough(kind, OwnFiles[what]);

    private async Task ComesThrough(DatabaseKind kind, string text)
    {
        var file = AccountFile.Read(text);
        var address = running.Files.Put($"{Guid.NewGuid():N}.txt", Encoding.UTF8.GetBytes(text));
        using var customer = await Customer.Of(await running.On(kind));

        var connectionId = await customer.Connect(file.Login, file.Password, address);
        await customer.Succeeded(connectionId);

        var accounts = await customer.Accounts(connectionId);
        Assert.Equal(file.Accounts.Count, accounts.Count);
        var first = new List<string>();
        foreach (var expected in file.Accounts)
        {
            var account = Assert.Single(accounts, a => a.Text("account_number") == expected.Number);
            AssertAccount(expected, account);
            var transactions = await customer.Transactions(account.Text("id"));
            AssertMovements(expected, transactions);
            first.AddRange(transactions.Select(t => t.ToString()));
        }

        await customer.Synchronize(connectionId);
        await customer.Succeeded(connectionId);
        var again = new List<string>();
        foreach (var account in accounts)
        {
            again.AddRange((await customer.Transactions(account.Text("id"))).Select(t => t.ToString()));
        }
        // To the letter: ids, import_date, last_update_date.
        Assert.Equal(first.Order(StringComparer.Ordinal), again.Order(StringComparer.Ordinal));
        Assert.Equal(accounts.Select(Lasting), (await customer.Accounts(connectionId)).Select(Lasting));
    }

    // A first balance has nothing to be checked against; the second has.
    private static string Lasting(JsonElement account) =>
        string.Join(
            '\n',
            account
                .EnumerateObject()
                .Where(member => member.Name != "balance_check")
                .Select(member => member.ToString())
        );

    private static void AssertAccount(FileAccount expected, JsonElement account)
    {
        Assert.Equal(expected.Name, account.Text("name"));
        Assert.Equal(expected.Balance, account.GetProperty("balance").GetDecimal());
        Assert.Equal(expected.BalanceDay, DayOf(account, "balance_date"));
        Assert.Equal(expected.Currency, account.Text("currency"));
        Assert.Equal(expected.Iban is "" ? null : expected.Iban, account.TextOrNull("iban"));
        Assert.Equal(expected.ApiType, account.TextOrNull("type"));
        Assert.Equal("ACTIVE", account.Text("status"));
        Assert.Equal(
            expected.Owner is "" ? null : expected.Owner,
            account.TryGetProperty("owner", out var owner) ? owner.Text("name") : null
        );
    }

    private static void AssertMovements(FileAccount expected, List<JsonElement> transactions)
    {
        Assert.Equal(expected.Movements.Count, transactions.Count);
        Assert.Equal(
            expected.Movements.Sum(m => m.Amount),
            transactions.Sum(t => t.GetProperty("amount").GetDecimal())
        );
        Assert.Equal(
            expected.Movements.Select(m => (m.Day, m.Amount)).Order(),
            transactions.Select(t => (DayOf(t, "date"), t.GetProperty("amount").GetDecimal())).Order()
        );
        Assert.Equal(
            transactions.Count,
            transactions.Select(t => t.Text("id")).Distinct(StringComparer.Ordinal).Count()
        );
        Assert.All(transactions, t => Assert.Equal(expected.Currency, t.Text("currency")));
        Assert.All(
            expected.Movements,
            m => Assert.Contains(transactions, t => Lines(t).Contains(OneBlank(m.Label), StringComparison.Ordinal))
        );
    }

    private static string Lines(JsonElement transaction) =>
        OneBlank(
            string.Join(
                '\n',
                transaction.GetProperty("remittance_information").EnumerateArray().Select(l => l.GetString())
            )
        );

    // HTML knows no runs of blanks.
    private static string OneBlank(string text) =>
        string.Join(' ', text.Split(' ', StringSplitOptions.RemoveEmptyEntries));

    // Dates are midnight in Paris of the day.
    private static DateOnly DayOf(JsonElement of, string name) =>
        DateOnly.FromDateTime(
            TimeZoneInfo
                .ConvertTime(DateTimeOffset.FromUnixTimeSeconds(of.GetProperty(name).GetInt64()), Paris)
                .DateTime
        );

    /// <summary>One installation per database for all files.</summary>
    public sealed class Running : IAsyncLifetime
    {
        private readonly ConcurrentDictionary<DatabaseKind, Task<Installation>> _installations = new();

        internal FileSite Files { get; private set; } = null!;

        internal Task<Installation> On(DatabaseKind kind) => _installations.GetOrAdd(kind, k => Installation.Start(k));

        public async ValueTask InitializeAsync() => Files = await FileSite.Start();

        public async ValueTask DisposeAsync()
        {
            await Files.DisposeAsync();
            foreach (var installation in _installations.Values)
            {
                await (await installation).DisposeAsync();
            }
        }
    }
}
