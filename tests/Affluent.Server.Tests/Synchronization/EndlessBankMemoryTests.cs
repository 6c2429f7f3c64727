using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using Affluent.Connectors.Contract;
using Affluent.Server.Tests.Harness;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Affluent.Server.Tests.Synchronization;

/// <summary>Tests that measure what the whole process does: nothing else runs beside them.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

/// <summary>Banks that never stop take little memory.</summary>
[Collection(nameof(Alone))]
public sealed class EndlessBankMemoryTests(ITestOutputHelper output)
{
    private const string Accounts = """
        <table><tr><th>Compte</th><th>Solde</th></tr><tr><td><a href="/a">Compte courant</a></td><td>1,00 €</td></tr></table>
        """;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [OnBothDatabases(2_000, 20)]
    [OnBothDatabases(1_000, 2_000)]
    [OnBothDatabases(10, 400_000)]
    public async Task A_web_site_whose_pages_never_end_is_given_up(DatabaseKind kind, int rows, int label)
    {
        var asked = 0;
        var bytes = 0L;
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Logging.ClearProviders();
        await using var bank = builder.Build();
        bank.Run(context =>
        {
            context.Response.ContentType = "text/html; charset=utf-8";
            if (context.Request.Path != "/a")
            {
                return context.Response.WriteAsync(Accounts);
            }
            var page = Interlocked.Increment(ref asked);
            var html = Page(page, rows, label);
            Interlocked.Add(ref bytes, html.Length);
            return context.Response.WriteAsync(html);
        });
        await bank.StartAsync(Stop);
        await using var app = await TestApp.Start(
            kind,
            settings: s => s with { TestBankUrl = new Uri(bank.Urls.First()) }
        );
        var (http, _) = await app.SignedInUser();
        using var made = await http.PostAsJsonAsync(
            "/api/v2.1/connections",
            new
            {
                provider_id = "87",
                channel_definition_id = "8700",
                credentials = new Dictionary<string, string> { ["300"] = "dev", ["301"] = "dev" },
            },
            Stop
        );
        var id = (await made.Json()).Text("id")!;

        var peak = await PeakWhile(app.RunDueSynchronizations());

        output.WriteLine(
            $"{asked} pages, {bytes / 1_000_000} MB read, {peak / 1_000_000} MB of memory more than before"
        );
        Assert.Equal("FAILED", await http.StatusOf(id));
        Assert.Equal("bank_not_understood", await app.ReasonOf(id, "8700"));
        Assert.Empty(await http.Transactions());
        Assert.InRange(bytes, 0, BankLimits.LargestList + BankLimits.LargestAnswer);
        Assert.InRange(peak, 0, 600_000_000);
    }

    private static string Page(int page, int rows, int label)
    {
        var html = new StringBuilder("<table><tr><th>Date</th><th>Libellé</th><th>Montant</th></tr>");
        for (var row = 0; row < rows; row++)
        {
            html.Append(CultureInfo.InvariantCulture, $"<tr><td>01/11/2026</td><td>{page}-{row} ")
                .Append('x', label)
                .Append("</td><td>-1,00 €</td></tr>");
        }
        return html.Append(CultureInfo.InvariantCulture, $"</table><a rel=next href=\"/a?p={page + 1}\">suivant</a>")
            .ToString();
    }

    private static async Task<long> PeakWhile(Task run)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var peak = 0L;
        while (!run.IsCompleted)
        {
            peak = Math.Max(peak, GC.GetTotalMemory(forceFullCollection: false) - before);
            await Task.WhenAny(run, Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, Stop));
        }
        await run;
        return peak;
    }
}
