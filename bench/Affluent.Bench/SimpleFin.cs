using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace Affluent.Bench;

/// <summary>
/// An application reads a user's 5,000 transactions over SimpleFIN, in one answer. Beside it, as many are read over the API: the accounts and the largest
/// pages there are, one after the other as their links lead.
/// </summary>
internal static class SimpleFin
{
    private const int Accounts = 5;
    private const int Transactions = 5_000;
    private const int Rounds = 7;
    private const int ReadsInARound = 20;

    public static async Task<IReadOnlyList<Figure>> Run(string server)
    {
        await using var database = await BenchDatabase.Create(server);
        await using var platform = await Platform.Start(
            database.Database,
            database.Address,
            settings => settings with { SimpleFinRequests = 100_000 }
        );
        await Seed(database, await platform.CreateUser());
        using var api = new HttpClient { BaseAddress = platform.Address };
        api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await platform.UserToken());
        using var application = new HttpClient();
        var accounts = await Claim(api, application);

        await Check(api, application, accounts);
        List<double> ours = [];
        List<double> floor = [];
        for (var round = 0; round <= Rounds; round++)
        {
            var (a, b) = (
                await Measure(async () => (await application.GetByteArrayAsync(accounts)).LongLength),
                await Measure(() => ReadByApi(api))
            );
            if (round > 0) // the first one warms up
            {
                ours.Add(a);
                floor.Add(b);
            }
        }
        return
        [
            Figure.Share(
                "5,000 transactions over SimpleFIN",
                "transactions/s",
                Figure.Median(ours),
                Figure.Median(floor),
                atLeast: 0.7
            ),
        ];
    }

    /// <summary>Transactions per second.</summary>
    private static async Task<double> Measure(Func<Task<long>> read)
    {
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < ReadsInARound; i++)
        {
            await read();
        }
        return Transactions * ReadsInARound / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Bytes read.</summary>
    private static async Task<long> ReadByApi(HttpClient api)
    {
        var read = (await api.GetByteArrayAsync("/api/v2.1/accounts?limit=500")).LongLength;
        Uri? next = new("/api/v2.1/transactions?limit=500", UriKind.Relative);
        while (next is not null)
        {
            using var page = await api.GetAsync(next);
            read += (await page.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync()).LongLength;
            next = page.Headers.TryGetValues("Link", out var links) ? new Uri(links.Single().Split('<', '>')[1]) : null;
        }
        return read;
    }

    // Both give every transaction.
    private static async Task Check(HttpClient api, HttpClient application, Uri accounts)
    {
        var set = await application.GetFromJsonAsync<JsonElement>(accounts);
        var shown = set.GetProperty("accounts")
            .EnumerateArray()
            .Sum(a => a.GetProperty("transactions").GetArrayLength());
        var (paged, page) = (0, 0);
        while (paged == 500 * page)
        {
            page++;
            var address = string.Create(CultureInfo.InvariantCulture, $"/api/v2.1/transactions?limit=500&page={page}");
            paged += (await api.GetFromJsonAsync<JsonElement>(address)).GetArrayLength();
        }
        if (shown != Transactions || paged != Transactions)
        {
            throw new InvalidOperationException(
                $"{shown} transactions over SimpleFIN and {paged} over the API, of {Transactions}"
            );
        }
    }

    /// <summary>Makes an access and claims it; where all its transactions are. The client sends its credentials from then on.</summary>
    private static async Task<Uri> Claim(HttpClient api, HttpClient application)
    {
        using var made = await api.PostAsJsonAsync("/api/v2.1/simplefin/accesses", new { name = "Bench" });
        made.EnsureSuccessStatusCode();
        var token = (await made.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("setup_token").GetString()!;
        using var claimed = await application.PostAsync(
            new Uri(Encoding.ASCII.GetString(Convert.FromBase64String(token))),
            content: null
        );
        claimed.EnsureSuccessStatusCode();
        var access = new Uri(await claimed.Content.ReadAsStringAsync());
        application.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Basic",
            Convert.ToBase64String(Encoding.ASCII.GetBytes(access.UserInfo))
        );
        return new UriBuilder(access)
        {
            UserName = "",
            Password = "",
            Path = access.AbsolutePath + "/accounts",
            Query = "start-date=0&pending=1",
        }.Uri;
    }

    private static Task Seed(BenchDatabase database, long userId) =>
        database.Execute(
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                insert into connections (user_id, id, client_id, provider_id, name, status, created_at, auto_sync,
                    consent_per_account)
                    select id, 1, client_id, '87', 'Bank', 'SUCCESS', 0, false, false from users where id = {userId};
                insert into accounts (user_id, id, connection_id, identity, name, iban, type, status, currency, balance_minor,
                    balance_at, created_at, last_definition_id)
                    select {userId}, a, 1, 'a' || a, 'Account ' || a, 'FR76', 'CHECKINGS', 'ACTIVE', 'EUR', 100, 0, 0, '8700'
                    from generate_series(1, {Accounts}) a;
                insert into transactions (user_id, id, account_id, amount_minor, currency, label, remittance, type, status,
                    category_id, day, booking_day, value_day, imported_at, updated_at)
                    select {userId}, t, 1 + t % {Accounts}, (t * 7919) % 100000 - 60000, 'EUR',
                        'Carrefour City ' || t, 'CB CARREFOUR CITY ' || t || ' PARIS 12/03', 'POINT_OF_SALE', 'BOOKED',
                        'SUPERMARKET', 20000 - t / 3, 20000 - t / 3, 20000 - t / 3, 1772000000, 1772000000
                    from generate_series(1, {Transactions}) t;
                analyze;
                """
            )
        );
}
