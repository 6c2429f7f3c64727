using System.Diagnostics;
using System.Text.Json;
using Affluent.Server.Tests.Harness;
using Xunit;

namespace Affluent.Server.Tests.EnableBankingFacade;

/// <summary>A client over a library that was written by somebody else (npm jose) makes the calls of an importer, in their order.</summary>
public sealed class FacadeClientTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task An_importer_reads_what_the_user_shares(DatabaseKind kind)
    {
        var folder = Path.Combine(Repository.Root, "tests", "jose");
        if (!Directory.Exists(Path.Combine(folder, "node_modules")))
        {
            Assert.False(TestDatabase.InCi, "In CI this test needs: npm ci --prefix tests/jose");
            Assert.Skip("jose is not installed: npm ci --prefix tests/jose");
        }
        var bank = new FakeBank();
        bank.Provider = bank.Provider with { Channels = [bank.Provider.Channels[0]] };
        bank.RedirectChannel.With(
            Bank.Account("111", 1234.5m) with
            {
                Iban = "FR7630006000011234567890189",
            },
            Bank.Booked("a1", -12.30m, "2026-02-27", "BOULANGERIE"),
            Bank.Booked("a2", 1500m, "2026-02-26", "SALAIRE"),
            Bank.Booked("a3", -1m, "2026-02-20", "KIOSQUE"),
            Bank.Booked("a4", -1m, "2026-02-20", "KIOSQUE")
        );
        await using var app = await TestApp.StartWith(bank, kind);
        // The client has a clock of its own.
        app.Time.SetUtcNow(TimeProvider.System.GetUtcNow());
        var user = await app.CreateUser(await app.CreateClient());
        var application = await app.RegisterFacade(user.Client);

        using var node = Start(app, application, folder);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Stop);
        patience.CancelAfter(TimeSpan.FromMinutes(1));
        var errors = node.StandardError.ReadToEndAsync(patience.Token);
        var page = await node.StandardOutput.ReadLineAsync(patience.Token);
        Assert.True(page is not null, page is null ? await errors : "");
        var back = await (await app.SignInAt(page!, user)).Link();
        await node.StandardInput.WriteLineAsync(back.AbsoluteUri.AsMemory(), patience.Token);
        node.StandardInput.Close();
        var said = await node.StandardOutput.ReadToEndAsync(patience.Token);
        await node.WaitForExitAsync(patience.Token);
        Assert.True(node.ExitCode == 0, await errors);

        var account = Assert.Single(JsonSerializer.Deserialize<JsonElement>(said).EnumerateArray());
        Assert.Equal(
            ("FR7630006000011234567890189", "Account 111", "EUR", "1234.50"),
            (account.Text("iban"), account.Text("name"), account.Text("currency"), account.Text("balance"))
        );
        using var http = await app.SignedIn(user);
        Assert.Equal(
            (await http.Transactions()).Select(t => t.Text("id")),
            account.GetProperty("transactions").EnumerateArray().Select(t => t.Text("id"))
        );
        Assert.Equal(
            [
                "-12.30 EUR 2026-02-27 BOULANGERIE BOOK",
                "1500.00 EUR 2026-02-26 SALAIRE BOOK",
                "-1.00 EUR 2026-02-20 KIOSQUE BOOK",
                "-1.00 EUR 2026-02-20 KIOSQUE BOOK",
            ],
            account
                .GetProperty("transactions")
                .EnumerateArray()
                .Select(t =>
                    $"{t.Text("amount")} {t.Text("currency")} {t.Text("day")} {t.Text("text")} {t.Text("status")}"
                )
        );
    }

    private static Process Start(TestApp app, TestFacadeApplication application, string folder)
    {
        var start = new ProcessStartInfo("node", "enable-banking.mjs")
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (
            var (name, value) in new[]
            {
                ("BASE", $"{app.Origin}enablebanking"),
                ("APPLICATION_ID", application.Id),
                ("PRIVATE_KEY", application.Key.ExportPkcs8PrivateKeyPem()),
                ("REDIRECT_URL", application.RedirectUrl),
                ("BANK", "Fake Bank"),
                ("COUNTRY", "FR"),
            }
        )
        {
            start.Environment[name] = value;
        }
        return Process.Start(start)!;
    }
}
