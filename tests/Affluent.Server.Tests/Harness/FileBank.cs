using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using Affluent.Connectors;
using Affluent.Connectors.Contract;
using Affluent.Server.Providers;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Affluent.Server.Tests.Harness;

/// <summary>A provider whose only channel reads files that the user brings.</summary>
internal static class FileBank
{
    public const string Channel = "200";

    public static Banks Banks { get; } =
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
            Families.Find
        );

    public static Task<TestApp> Start(DatabaseKind kind) =>
        TestApp.Start(kind, configure: builder => builder.Services.AddSingleton(Banks));

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
}
