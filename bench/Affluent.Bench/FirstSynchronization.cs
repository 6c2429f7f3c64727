using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Affluent.Connectors.Contract;
using Affluent.Connectors.Testing;
using Affluent.Server.Jobs;
using Affluent.Server.Providers;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using NpgsqlTypes;

namespace Affluent.Bench;

/// <summary>
/// The first synchronization of five accounts with 100,000 transactions each, by the real engine, from a bank in the same process. The
/// floor: a plain binary COPY of the very rows that it wrote, into the same table with its indexes.
/// </summary>
internal static class FirstSynchronization
{
    private const int Accounts = 5;
    private const int RowsOfAccount = 100_000;
    private const int Rows = Accounts * RowsOfAccount;
    private const int Rounds = 3;
    private const int WarmUps = 1;

    public static async Task<IReadOnlyList<Figure>> Run(string server)
    {
        List<double> ours = [];
        List<double> floor = [];
        for (var round = 1; round <= WarmUps + Rounds; round++)
        {
            await using var database = await BenchDatabase.Create(server);
            var (a, b) = (await Synchronize(database), await Copy(database));
            if (round > WarmUps) // code is compiled for speed only after it ran a while
            {
                ours.Add(a);
                floor.Add(b);
            }
        }
        return
        [
            Figure.Share(
                "first synchronization of 500,000 transactions",
                "rows/s",
                Figure.Median(ours),
                Figure.Median(floor),
                atLeast: 0.60
            ),
        ];
    }

    private static async Task<double> Synchronize(BenchDatabase database)
    {
        var bank = new MemoryBank();
        await using var platform = await Platform.Start(
            database,
            builder => builder.Services.AddSingleton(new Banks([MemoryBank.Provider], _ => bank))
        );
        await platform.CreateUser();
        using var http = new HttpClient { BaseAddress = platform.Address };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", await platform.UserToken());
        using var made = await http.PostAsJsonAsync(
            "/api/v2.1/connections",
            new
            {
                provider_id = "1",
                channel_definition_id = "100",
                credentials = new Dictionary<string, string>(),
            }
        );
        if (!made.IsSuccessStatusCode)
        {
            throw new InvalidOperationException(await made.Content.ReadAsStringAsync());
        }
        var start = Stopwatch.GetTimestamp();
        await platform.Services.GetRequiredService<Worker>().RunDue(CancellationToken.None);
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var stored = await database.Scalar("select count(*) from transactions");
        return stored == Rows
            ? Rows / seconds
            : throw new InvalidOperationException($"{stored} transactions are stored instead of {Rows}.");
    }

    private static async Task<double> Copy(BenchDatabase database)
    {
        await using var connection = await database.Source.OpenConnectionAsync();
        var (columns, rows) = await ReadAll(connection);
        await database.Execute("truncate transactions cascade");
        var start = Stopwatch.GetTimestamp();
        await using (
            var writer = await connection.BeginBinaryImportAsync(
                $"copy transactions ({string.Join(", ", columns.Select(c => c.Name))}) from stdin (format binary)"
            )
        )
        {
            foreach (var row in rows)
            {
                await writer.StartRowAsync();
                for (var i = 0; i < row.Length; i++)
                {
                    switch (row[i])
                    {
                        case DBNull:
                            await writer.WriteNullAsync();
                            break;
                        case long number:
                            await writer.WriteAsync(number, NpgsqlDbType.Bigint);
                            break;
                        case int number:
                            await writer.WriteAsync(number, NpgsqlDbType.Integer);
                            break;
                        case bool flag:
                            await writer.WriteAsync(flag, NpgsqlDbType.Boolean);
                            break;
                        default:
                            await writer.WriteAsync((string)row[i], NpgsqlDbType.Text);
                            break;
                    }
                }
            }
            await writer.CompleteAsync();
        }
        return Rows / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static async Task<((string Name, Type Type)[] Columns, List<object[]> Rows)> ReadAll(
        NpgsqlConnection connection
    )
    {
        await using var command = new NpgsqlCommand("select * from transactions", connection);
        await using var reader = await command.ExecuteReaderAsync();
        var columns = Enumerable.Range(0, reader.FieldCount).Select(i => (reader.GetName(i), reader.GetFieldType(i)));
        List<object[]> rows = new(Rows);
        while (await reader.ReadAsync())
        {
            var row = new object[reader.FieldCount];
            reader.GetValues(row);
            rows.Add(row);
        }
        return ([.. columns], rows);
    }

    /// <summary>One account whose transactions come in pages of 1,000, ten years of them.</summary>
    private sealed class MemoryBank : StepConnector
    {
        private const int PageSize = 1_000;

        public static Provider Provider { get; } =
            new()
            {
                Id = new ProviderId("1"),
                Name = "Memory Bank",
                CountryCode = "FRA",
                BaseUrl = new Uri("https://bank.example"),
                Channels =
                [
                    new ChannelDefinition
                    {
                        Id = new ChannelDefinitionId("100"),
                        Mode = ChannelMode.Embedded,
                        Connector = "memory",
                        AccountTypes = [BankAccountType.Checkings],
                        Capabilities = StepConnector.Capabilities,
                    },
                ],
            };

        public override ConnectorManifest Manifest { get; } = new("memory", ChannelMode.Embedded, Capabilities, []);

        protected override Task<StepResult> Step(
            StepContext context,
            StepInput input,
            CancellationToken cancellation
        ) =>
            Task.FromResult<StepResult>(
                input switch
                {
                    StepInput.ListAccounts => new StepResult.Page { Session = "s", Accounts = Listed },
                    StepInput.ListTransactions => Page(0, context.Now),
                    StepInput.Continue(var place) => Page(int.Parse(place, CultureInfo.InvariantCulture), context.Now),
                    _ => new StepResult.Done { Session = "s" },
                }
            );

        private static IReadOnlyList<BankAccount> Listed { get; } =
        [.. Enumerable.Range(1, Accounts).Select(number => Account(number.ToString(CultureInfo.InvariantCulture)))];

        private static BankAccount Account(string number) =>
            new()
            {
                Reference = number,
                Number = number,
                Name = "Compte courant",
                Type = BankAccountType.Checkings,
                Currency = "EUR",
                Balances =
                [
                    new BankBalance
                    {
                        Kind = BankBalanceKind.ClosingBooked,
                        Amount = 1234.56m,
                        Currency = "EUR",
                    },
                ],
            };

        private static StepResult.Page Page(int from, DateTimeOffset now)
        {
            var today = DateOnly.FromDateTime(now.UtcDateTime);
            return new StepResult.Page
            {
                Session = "s",
                Transactions =
                [
                    .. Enumerable.Range(from, PageSize).Select(i => Transaction(i, today.AddDays(-i / 27))),
                ],
                Next =
                    from + PageSize < RowsOfAccount ? (from + PageSize).ToString(CultureInfo.InvariantCulture) : null,
            };
        }

        private static BankTransaction Transaction(int i, DateOnly day) =>
            new()
            {
                Amount = (i * 7919 % 20_000 - 12_000) / 100m,
                Currency = "EUR",
                BookingDay = day,
                ValueDay = day,
                Status = BankTransactionStatus.Booked,
                Remittance = [Labels[i % Labels.Length] + " " + (i % 977).ToString(CultureInfo.InvariantCulture)],
            };

        private static readonly string[] Labels =
        [
            "CB CARREFOUR CITY PARIS 12/03",
            "PRLV SEPA EDF CLIENTS PARTICULIERS",
            "VIR SEPA RECU SALAIRE",
            "CARTE X4567 BOULANGERIE DU PARC",
            "RETRAIT DAB 14H22 LYON",
            "FRAIS TENUE DE COMPTE",
        ];
    }
}
