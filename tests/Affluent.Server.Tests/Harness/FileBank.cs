using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Affluent.Connectors;
using Affluent.Connectors.Contract;
using Affluent.Connectors.StatementFiles;
using Affluent.Server.Providers;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Affluent.Server.Tests.Harness;

/// <summary>A provider whose only channel reads files that the user brings.</summary>
internal static class FileBank
{
    public const string Channel = "200";

    private static Banks BanksOf(Func<string, IConnector?> family) =>
        new(
            [
                new Provider
                {
                    Id = new ProviderId("2"),
                    Name = "Files",
                    CountryCode = "FRA",
                    BaseUrl = new Uri("https://files.example"),
                    Channels =
                    [
                        new ChannelDefinition
                        {
                            Id = new ChannelDefinitionId(Channel),
                            Mode = ChannelMode.Embedded,
                            Connector = "statement_file",
                            AccountTypes = [BankAccountType.Checkings],
                            Capabilities = Families.Find("statement_file")!.Manifest.Capabilities,
                            TransactionIds = TransactionIds.Stable,
                        },
                    ],
                },
            ],
            family
        );

    public static Task<TestApp> Start(DatabaseKind kind) => Start(kind, Families.Find);

    /// <param name="looks">Called whenever a file is looked at.</param>
    public static Task<TestApp> Start(DatabaseKind kind, Action looks) =>
        Start(kind, name => name == "statement_file" ? new WatchedFiles(looks) : Families.Find(name));

    private static Task<TestApp> Start(DatabaseKind kind, Func<string, IConnector?> family) =>
        TestApp.Start(kind, configure: builder => builder.Services.AddSingleton(BanksOf(family)));

    /// <summary>Makes a connection, which then waits for its first file; its id.</summary>
    public static async Task<string> Connect(TestApp app, HttpClient http)
    {
        var made = await http.PostAsJsonAsync(
            "/api/v2.1/connections",
            new { provider_id = "2" },
            TestContext.Current.CancellationToken
        );
        var id = (await made.Json()).Text("id")!;
        made.Dispose();
        await app.RunDueSynchronizations();
        return id;
    }

    public static async Task<HttpResponseMessage> Send(HttpClient http, string id, string file, string query = "")
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(file));
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return await http.PostAsync(
            $"/api/v2.1/connections/{id}/user_input/file{query}",
            content,
            TestContext.Current.CancellationToken
        );
    }

    /// <summary>As a form with other fields beside the file.</summary>
    public static async Task<HttpResponseMessage> SendForm(
        HttpClient http,
        string id,
        byte[] file,
        params (string Name, string Value)[] fields
    )
    {
        using var form = Form(file, fields);
        return await http.PostAsync(
            $"/api/v2.1/connections/{id}/user_input/file",
            form,
            TestContext.Current.CancellationToken
        );
    }

    public static MultipartFormDataContent Form(byte[] file, params IEnumerable<(string Name, string Value)> fields)
    {
        var form = new MultipartFormDataContent();
        foreach (var (name, value) in fields)
        {
            form.Add(new StringContent(value), name);
        }
        form.Add(new ByteArrayContent(file), "file", "statement");
        return form;
    }

    /// <summary>A file of one account.</summary>
    /// <param name="rows">Day of November 2026, amount, id of the bank.</param>
    public static string Ofx(
        string number,
        (int First, int Last) days,
        decimal balance,
        params (int Day, decimal Amount, string Id)[] rows
    ) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"<OFX><STMTRS><CURDEF>EUR<BANKACCTFROM><ACCTID>{number}<ACCTTYPE>CHECKING</BANKACCTFROM><BANKTRANLIST><DTSTART>202611{days.First:00}<DTEND>202611{days.Last:00}{string.Concat(rows.Select(Row))}</BANKTRANLIST><LEDGERBAL><BALAMT>{balance}<DTASOF>202611{days.Last:00}</LEDGERBAL></STMTRS></OFX>"
        );

    private static string Row((int Day, decimal Amount, string Id) row) =>
        string.Create(
            CultureInfo.InvariantCulture,
            $"<STMTTRN><DTPOSTED>202611{row.Day:00}<TRNAMT>{row.Amount}<FITID>{row.Id}<NAME>Shop {row.Id} of Ada</STMTTRN>"
        );

    /// <summary>The family, and who is told of each file.</summary>
    private sealed class WatchedFiles(Action looks) : IAccountInformation, IEmbeddedAuthentication, IStatementFiles
    {
        private readonly StatementFileConnector _files = new();

        public ConnectorManifest Manifest => _files.Manifest;

        public StatementAnswer Pack(
            ChannelDefinition channel,
            ReadOnlySpan<byte> content,
            IReadOnlyDictionary<StatementHint, string> hints,
            DateTimeOffset now
        )
        {
            looks();
            return _files.Pack(channel, content, hints, now);
        }

        public Task<StepResult> AcceptAnswer(
            StepContext context,
            IReadOnlyDictionary<string, string> values,
            CancellationToken cancellation
        ) => _files.AcceptAnswer(context, values, cancellation);

        public Task<StepResult> ListAccounts(StepContext context, CancellationToken cancellation) =>
            _files.ListAccounts(context, cancellation);

        public Task<StepResult> ListTransactions(
            StepContext context,
            BankAccount account,
            DateOnly? from,
            CancellationToken cancellation
        ) => _files.ListTransactions(context, account, from, cancellation);

        public Task<StepResult> Continue(StepContext context, string place, CancellationToken cancellation) =>
            _files.Continue(context, place, cancellation);
    }
}
