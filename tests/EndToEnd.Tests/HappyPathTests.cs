using System.Globalization;
using System.Text;
using System.Text.Json;
using Affluent.Server.Tests.Harness;
using EndToEnd.Tests.Harness;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>
/// The happy path of the published API by a program that uses nothing but fetch and a browser (independent/happy-path.mjs), written
/// from the published description alone.
/// </summary>
public sealed class HappyPathTests
{
    private const string File = """
        CREDENTIALS|dev|dev
        CREDENTIALS_OWNER|ROSE TREMOLET
        ACCOUNT|happyhappyh1|00010|01/08/26|812.40|Checkings||false|ROSE TREMOLET|Compte courant|||FR7630099000120004127653080|EUR
        TRANSACTION|-12.60|31/07/26|CB LIBRAIRIE DES QUAIS
        TRANSACTION|1500|28/07/26|VIR SALAIRE
        TRANSACTION|-675|03/07/26|VIR LOYER JUILLET
        ACCOUNT|happyhappyh2|00011|01/08/26|3000|Savings||false|ROSE TREMOLET|Livret||||EUR
        TRANSACTION|100|02/07/26|VIR EPARGNE
        """;

    private static readonly string Script = Repository.Path("tests", "EndToEnd.Tests", "independent");

    [Theory]
    [OnBothDatabases("page")]
    [OnBothDatabases("iframe")]
    public async Task A_client_written_from_the_published_description_gets_accounts_and_transactions(
        DatabaseKind kind,
        string mode
    )
    {
        OtherProgram.Need(Directory.Exists(Path.Combine(Script, "node_modules")), $"Run npm ci in {Script}.");
        var browser = Browser.Executable;
        OtherProgram.Need(browser is not null, "Install Chromium, or set AFFLUENT_TEST_CHROMIUM.");
        await using var installation = await Installation.Start(kind);
        await using var files = await FileSite.Start();

        var (code, output, errors) = await OtherProgram.Run(
            "node",
            ["happy-path.mjs"],
            Script,
            new Dictionary<string, string>
            {
                ["AUTH"] = $"{installation.Address}auth",
                ["API"] = $"{installation.Address}api/v2.1",
                ["EMBED"] = $"{installation.Address}embed/v2.1",
                ["CLIENT_ID"] = installation.ClientId,
                ["CLIENT_SECRET"] = installation.ClientSecret,
                ["SITE_PORT"] = installation.ClientSite.Port.ToString(CultureInfo.InvariantCulture),
                ["FILE_URL"] = files.Put("rose.txt", Encoding.UTF8.GetBytes(File)),
                ["MODE"] = mode,
                ["CHROMIUM"] = browser!,
            }
        );

        Assert.True(code == 0, errors);
        var read = JsonDocument.Parse(output).RootElement;
        var accounts = read.GetProperty("accounts").EnumerateArray().ToList();
        Assert.Equal(
            [("CHECKINGS", 812.40m), ("SAVINGS", 3000m)],
            accounts.Select(a => (a.Text("type"), a.GetProperty("balance").GetDecimal())).Order()
        );
        var transactions = read.GetProperty("transactions").EnumerateArray().ToList();
        Assert.Equal(
            [-675m, -12.60m, 100m, 1500m],
            transactions.Select(t => t.GetProperty("amount").GetDecimal()).Order()
        );
        // The way led over the bank's own pages.
        Assert.Contains(
            read.GetProperty("places").EnumerateArray(),
            place => place.GetString()!.Contains("/stettestbank/authorize", StringComparison.Ordinal)
        );
    }
}
