using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Affluent.Server.Platform;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Affluent.Bench;

/// <summary>
/// A page of 100 transactions over HTTP, with a million stored. The floor: a bare Kestrel endpoint that reads the same rows by the
/// raw driver and writes the same bytes.
/// </summary>
internal static class PageOfTransactions
{
    private const int Rounds = 5;
    private static readonly TimeSpan Round = TimeSpan.FromSeconds(3);

    public static async Task<IReadOnlyList<Figure>> Run(string server)
    {
        await using var database = await BenchDatabase.Create(server);
        await using var ours = await Platform.Start(database);
        var userId = await ours.CreateUser();
        var accountId = await Seed(database, userId);
        var token = await ours.UserToken();
        await using var floor = await Floor(database, userId, accountId);
        var ourPage = new Uri(ours.Address, $"/api/v2.1/transactions?account_id={accountId}&limit=100");
        var floorPage = new Uri(new Uri(floor.Urls.First()), "/page");
        await CheckSameBytes(ourPage, token, floorPage);

        List<double> ourRates = [];
        List<double> floorRates = [];
        for (var round = 0; round <= Rounds; round++)
        {
            var (a, b) = (await Load.Measure(ourPage, token, Round), await Load.Measure(floorPage, null, Round));
            if (round > 0) // the first one warms up
            {
                ourRates.Add(a);
                floorRates.Add(b);
            }
        }
        return
        [
            Figure.Share(
                "page of 100 of 1,000,000 transactions",
                "requests/s",
                Figure.Median(ourRates),
                Figure.Median(floorRates),
                atLeast: 0.5
            ),
        ];
    }

    // 200 users with 5 accounts of 1,000 transactions each, the given one among them; says one account of his.
    private static async Task<long> Seed(BenchDatabase database, long userId)
    {
        await database.Execute(
            """
            insert into users (id, client_id, email, email_key, password_hash, created_at)
                select u, 1, u || '@example.org', u || '@example.org', '', 0 from generate_series(1, 199) u;
            insert into connections (user_id, id, client_id, provider_id, name, status, created_at, auto_sync,
                consent_per_account)
                select id, id, 1, '87', 'Bank', 'SUCCESS', 0, false, false from users;
            insert into accounts (user_id, id, connection_id, identity, name, iban, type, status, currency, balance_minor,
                balance_at, created_at, last_definition_id)
                select id, rank * 10 + a, id, 'a' || a, 'Account ' || a, 'FR76', 'CHECKINGS', 'ACTIVE', 'EUR', 100, 0, 0, '8700'
                from (select id, row_number() over (order by id) rank from users) u, generate_series(1, 5) a;
            insert into transactions (user_id, id, account_id, amount_minor, currency, label, remittance, type, status,
                category_id, day, booking_day, value_day, imported_at, updated_at)
                select a.user_id, a.id * 100000 + t, a.id, (t * 7919) % 100000 - 60000, 'EUR',
                    'Carrefour City ' || t, 'CB CARREFOUR CITY ' || t || ' PARIS 12/03', 'POINT_OF_SALE', 'BOOKED',
                    'SUPERMARKET', 20000 - t / 3, 20000 - t / 3, 20000 - t / 3, 1772000000, 1772000000
                from accounts a, generate_series(1, 1000) t;
            """
        );
        await database.Execute("vacuum analyze");
        return await database.Scalar($"select min(id) from accounts where user_id = {userId}");
    }

    private static async Task<WebApplication> Floor(BenchDatabase database, long userId, long accountId)
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        var app = builder.Build();
        app.Run(context => WritePage(context, database.Source, userId, accountId));
        await app.StartAsync();
        return app;
    }

    private static async Task WritePage(HttpContext context, NpgsqlDataSource source, long userId, long accountId)
    {
        await using var connection = await source.OpenConnectionAsync(context.RequestAborted);
        await using var command = new NpgsqlCommand(
            """
            select id, account_id, amount_minor, currency, label, remittance, counterparty, type, status, category_id, day,
                booking_day, value_day, transaction_day, check_number, confidence, ambiguous, imported_at, updated_at
            from transactions where user_id = $1 and account_id = $2 order by day desc, id desc limit 101
            """,
            connection
        );
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = userId });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = accountId });
        await using var reader = await command.ExecuteReaderAsync(context.RequestAborted);
        context.Response.ContentType = "application/json; charset=utf-8";
        await using var json = new Utf8JsonWriter(context.Response.BodyWriter);
        json.WriteStartArray();
        for (var i = 0; i < 100 && await reader.ReadAsync(context.RequestAborted); i++)
        {
            WriteRow(json, reader);
        }
        json.WriteEndArray();
    }

    private static void WriteRow(Utf8JsonWriter json, NpgsqlDataReader row)
    {
        var remittance = row.GetString(5);
        json.WriteStartObject();
        json.WriteString("id", row.GetInt64(0).ToString(CultureInfo.InvariantCulture));
        json.WriteString("account_id", row.GetInt64(1).ToString(CultureInfo.InvariantCulture));
        json.WriteNumber("amount", row.GetInt64(2) * 0.01m);
        json.WriteString("currency", row.GetString(3));
        json.WriteString("label", row.GetString(4));
        json.WriteString("notes", remittance);
        json.WriteStartArray("remittance_information");
        json.WriteStringValue(remittance);
        json.WriteEndArray();
        json.WriteString("type", row.GetString(7));
        json.WriteString("origin", "TRANSACTION");
        json.WriteString("status", row.GetString(8));
        json.WriteString("category_id", row.GetString(9));
        json.WriteNumber("date", ParisDay.Start(row.GetInt32(10)));
        json.WriteNumber("booking_date", ParisDay.Start(row.GetInt32(11)));
        json.WriteNumber("value_date", ParisDay.Start(row.GetInt32(12)));
        json.WriteNumber("import_date", row.GetInt64(17));
        json.WriteNumber("last_update_date", row.GetInt64(18));
        json.WriteEndObject();
    }

    private static async Task CheckSameBytes(Uri ours, string token, Uri floor)
    {
        using var http = new HttpClient();
        var theirs = await http.GetStringAsync(floor);
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        var mine = await http.GetStringAsync(ours);
        if (mine != theirs)
        {
            throw new InvalidOperationException($"The two pages differ:\n{mine[..600]}\n{theirs[..600]}");
        }
    }
}
