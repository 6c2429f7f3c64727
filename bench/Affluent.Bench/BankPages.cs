using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Affluent.Connectors;
using Affluent.Connectors.BerlinGroup;
using Affluent.Connectors.Contract;
using Affluent.Connectors.OpenBankingUk;
using Affluent.Connectors.Reading;
using Affluent.Connectors.Stet;
using Affluent.Connectors.Testing;

namespace Affluent.Bench;

/// <summary>
/// How fast the families read what banks send, from the bytes of a page to records, beside a bare pass of <see cref="Utf8JsonReader"/> over the same bytes;
/// and how much memory a large bank takes in whole steps of the connector.
/// </summary>
internal static class BankPages
{
    private const double MostPasses = 3;
    private const int RowsOfPage = 1_000;
    private const int Accounts = 100;
    private const int PagesEach = 5;
    private const int RowsOfSmallPage = 100;
    private const int MostMegabytes = 8;
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);
    private const int Rounds = 41;
    private static readonly TimeSpan RoundLasts = TimeSpan.FromMilliseconds(100);

    public static async Task<IEnumerable<Figure>> Run()
    {
        List<Figure> figures = [];
        foreach (var family in (Family[])[Stet, BerlinGroup, OpenBanking])
        {
            figures.Add(Speed(family));
            figures.Add(await Memory(family));
        }
        return figures;
    }

    private static Figure Speed(Family family)
    {
        var page = Encoding.UTF8.GetBytes(family.Page(RowsOfPage, 0, ""));
        List<double> ours = [];
        List<double> bare = [];
        // In turn, so that both have the same machine.
        for (var round = 0; round < Rounds; round++)
        {
            ours.Add(Rate(() => family.Read(page, family.Channel)));
            bare.Add(Rate(() => Pass(page)));
        }
        var before = GC.GetTotalAllocatedBytes(precise: true);
        family.Read(page, family.Channel);
        var each = (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)RowsOfPage;
        var passes = Figure.Median(bare) / Figure.Median(ours);
        return new Figure(
            $"reading a page of 1,000 transactions, {family.Name}",
            Rounded(Figure.Median(ours) * RowsOfPage, "rows/s") + $", {Rounded(each, "bytes")} a row",
            "one pass of the bare reader: " + Rounded(Figure.Median(bare) * RowsOfPage, "rows/s"),
            passes,
            $"≤ {MostPasses:0}",
            passes <= MostPasses
        );
    }

    /// <summary>100 accounts of 500 transactions: what is live at the most while they are read.</summary>
    private static async Task<Figure> Memory(Family family)
    {
        long bytes = 0;
        using var bank = new PagedBank(
            (account, number) =>
            {
                var body = Encoding.UTF8.GetBytes(
                    family.Page(
                        RowsOfSmallPage,
                        number * RowsOfSmallPage,
                        number + 1 < PagesEach ? PagedBank.Address(account, number + 1) : ""
                    )
                );
                bytes += body.Length;
                return body;
            }
        );
        var begin = GC.GetTotalMemory(forceFullCollection: true);
        long most = 0;
        var rows = 0;
        for (var account = 0; account < Accounts; account++)
        {
            await foreach (var read in Pages(family, bank, account.ToString(CultureInfo.InvariantCulture)))
            {
                rows += read.Transactions.Count;
                most = Math.Max(most, GC.GetTotalMemory(forceFullCollection: true) - begin);
            }
        }
        if (rows != Accounts * PagesEach * RowsOfSmallPage)
        {
            throw new InvalidOperationException($"{rows} rows were read.");
        }
        return Figure.Below(
            string.Create(
                CultureInfo.InvariantCulture,
                $"live memory while 100 accounts of 500 transactions are read ({bytes / 1e6:0} MB of JSON), {family.Name}"
            ),
            "MB",
            most / 1e6,
            MostMegabytes
        );
    }

    private static async IAsyncEnumerable<StepResult.Page> Pages(Family family, PagedBank bank, string reference)
    {
        var account = new BankAccount { Reference = reference, Currency = "EUR" };
        StepInput? next = new StepInput.ListTransactions(account, null);
        while (next is not null)
        {
            using var http = new HttpClient(bank, disposeHandler: false);
            var context = new StepContext
            {
                Channel = family.Channel,
                Http = http,
                Session = family.Session,
                Keep = _ => Task.CompletedTask,
                Now = Now,
            };
            var result = await family.Connector.Take(context, next, CancellationToken.None);
            var page = result as StepResult.Page ?? throw new InvalidOperationException($"{result}");
            yield return page;
            next = page.Next is { } place ? new StepInput.Continue(place) : null;
        }
    }

    private static int Pass(byte[] page)
    {
        var tokens = 0;
        var reader = new Utf8JsonReader(page);
        while (reader.Read())
        {
            tokens++;
        }
        return tokens;
    }

    private static double Rate(Func<int> work)
    {
        var begun = Stopwatch.GetTimestamp();
        var times = 0;
        do
        {
            work();
            times++;
        } while (Stopwatch.GetElapsedTime(begun) < RoundLasts);
        return times / Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }

    private static int Read(byte[] page, RowReader rows, params ReadOnlySpan<string> path)
    {
        var read = new JsonBody(page).Page(rows)!;
        JsonElement? list = read.Json;
        foreach (var name in path)
        {
            list = list?.Item(name);
        }
        return read.RowsOf(list).Transactions.Count;
    }

    private static int ReadStet(byte[] page, ChannelDefinition channel) =>
        Read(page, new StetRows(StetSettings.Of(channel), "EUR", default), "transactions");

    private static int ReadBerlinGroup(byte[] page, ChannelDefinition channel) =>
        Read(page, new BerlinGroupRows(BerlinGroupSettings.Of(channel), "EUR", default), "transactions", "booked");

    private static int ReadOpenBanking(byte[] page, ChannelDefinition channel) =>
        Read(
            page,
            new OpenBankingRows("GBP", OpenBankingSettings.Of(channel).Interface.Zone, default),
            "Data",
            "Transaction"
        );

    private static string Rounded(double value, string unit) =>
        string.Create(CultureInfo.InvariantCulture, $"{value:#,0} {unit}");

    private static Family Stet { get; } =
        new(
            "STET",
            "stet",
            new StetSession { AccessToken = "a" }.Write(),
            ReadStet,
            (rows, first, next) =>
                $$"""
                    { "transactions": [ {{string.Join(", ", Enumerable.Range(first, rows).Select(StetRow))}} ],
                      "_links": { "self": { "href": "/p" }{{(
                        next == "" ? "" : $$""", "next": { "href": "{{next}}" }"""
                    )}} } }
                    """
        );

    private static Family BerlinGroup { get; } =
        new(
            "Berlin Group",
            "berlin_group",
            new BerlinGroupSession
            {
                AccessToken = "a",
                ConsentId = "c",
                IsValid = true,
            }.Write(),
            ReadBerlinGroup,
            (rows, first, next) =>
                $$"""
                { "transactions": { "booked": [ {{string.Join(
                    ", ",
                    Enumerable.Range(first, rows).Select(BerlinGroupRow)
                )}} ], "pending": [],
                  "_links": { "account": { "href": "/a" }{{(
                    next == "" ? "" : $$""", "next": { "href": "{{next}}" }"""
                )}} } } }
                """
        );

    private static Family OpenBanking { get; } =
        new(
            "UK Open Banking",
            "open_banking_uk",
            new OpenBankingSession { AccessToken = "a", ConsentId = "c" }.Write(),
            ReadOpenBanking,
            (rows, first, next) =>
                $$"""
                    { "Data": { "Transaction": [ {{string.Join(
                        ", ",
                        Enumerable.Range(first, rows).Select(OpenBankingRow)
                    )}} ] },
                      "Links": { "Self": "/p"{{(next == "" ? "" : $$""", "Next": "{{next}}" """)}} }, "Meta": {} }
                    """
        );

    // As the banks of the standards' examples fill them.
    private static string StetRow(int i) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            { "resourceId": "T{{i:000000}}", "entryReference": "AF{{i:000000}}5T", "status": "BOOK", "creditDebitIndicator": "DBIT",
              "transactionAmount": { "amount": "{{(i % 9_000) + 1}}.{{i % 100:00}}", "currency": "EUR" },
              "bookingDate": "2026-{{(i % 9) + 1:00}}-{{(i % 28) + 1:00}}", "valueDate": "2026-{{(i % 9) + 1:00}}-{{(
                i % 28
            ) + 1:00}}",
              "transactionDate": "2026-{{(i % 9) + 1:00}}-{{(i % 28) + 1:00}}",
              "remittanceInformation": { "unstructured": ["PAIEMENT CB COMMERCE {{i}} PARIS FR", "CARTE 4974XXXXXXXX1234"] },
              "bankTransactionCode": { "domain": "PMNT", "family": "CCRD", "subFamily": "POSD" } }
            """
        );

    private static string BerlinGroupRow(int i) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            { "transactionId": "T{{i:000000}}", "entryReference": "2026{{i:000000}}", "endToEndId": "E{{i}}", "creditorName": "Commerce {{i}}",
              "creditorAccount": { "iban": "DE67100100101306118605" },
              "transactionAmount": { "amount": "-{{(i % 9_000) + 1}}.{{i % 100:00}}", "currency": "EUR" },
              "bookingDate": "2026-{{(i % 9) + 1:00}}-{{(i % 28) + 1:00}}", "valueDate": "2026-{{(i % 9) + 1:00}}-{{(
                i % 28
            ) + 1:00}}",
              "remittanceInformationUnstructured": "Einkauf {{i}} vom {{(i % 28) + 1:00}}.{{(i % 9)
                + 1:00}}. Karte 1234",
              "bankTransactionCode": "PMNT-CCRD-POSD" }
            """
        );

    private static string OpenBankingRow(int i) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $$"""
            { "AccountId": "22289", "TransactionId": "T{{i:000000}}", "TransactionReference": "Ref {{i}}", "CreditDebitIndicator": "Debit", "Status": "Booked",
              "Amount": { "Amount": "{{(i % 9_000) + 1}}.{{i % 100:00}}", "Currency": "GBP" },
              "BookingDateTime": "2026-{{(i % 9) + 1:00}}-{{(i % 28) + 1:00}}T10:43:07+00:00",
              "ValueDateTime": "2026-{{(i % 9) + 1:00}}-{{(i % 28) + 1:00}}T10:45:22+00:00",
              "TransactionInformation": "Cash from Aubrey {{i}}", "BankTransactionCode": { "Code": "ReceivedCreditTransfer", "SubCode": "DomesticCreditTransfer" },
              "ProprietaryBankTransactionCode": { "Code": "Transfer", "Issuer": "AlphaBank" } }
            """
        );

    /// <param name="Page">Rows, the first's number, the address of the next page.</param>
    private sealed record Family(
        string Name,
        string Word,
        string Session,
        Func<byte[], ChannelDefinition, int> Read,
        Func<int, int, string, string> Page
    )
    {
        public IConnector Connector { get; } = Families.Find(Word)!;

        public ChannelDefinition Channel { get; } =
            new()
            {
                Id = new ChannelDefinitionId("101"),
                Mode = ChannelMode.Redirect,
                Connector = Word,
                AccountTypes = [BankAccountType.Checkings],
                TransactionIds = TransactionIds.StableOnceBooked,
                Settings = new Dictionary<string, string>
                {
                    ["authorize_url"] = "https://bank.example/authorize",
                    ["token_url"] = "https://bank.example/token",
                    ["api_url"] = "https://bank.example/api",
                    ["client_id"] = "bench",
                    ["oauth"] = "after_consent",
                    ["consent_access"] = "all_accounts",
                },
            };
    }

    /// <summary>Answers at once: page by page of an account.</summary>
    private sealed class PagedBank(Func<string, int, byte[]> page) : HttpMessageHandler
    {
        public static string Address(string account, int number) =>
            string.Create(
                CultureInfo.InvariantCulture,
                $"https://bank.example/api/accounts/{account}/transactions?page={number}"
            );

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellation
        )
        {
            var address = request.RequestUri!;
            var account = address.Segments[^2].TrimEnd('/');
            var number = address.Query.Split("page=") is [_, var text]
                ? int.Parse(text, CultureInfo.InvariantCulture)
                : 0;
            var answer = new HttpResponseMessage(HttpStatusCode.OK)
            {
                Content = new ByteArrayContent(page(account, number)),
                RequestMessage = request,
            };
            answer.Content.Headers.ContentType = new("application/json");
            return Task.FromResult(answer);
        }
    }
}
