using System.Globalization;
using Affluent.TestBank.Scenarios;

namespace Affluent.TestBank.Tests;

/// <summary>Files that were written for another bank of this kind, where they are at hand.</summary>
public sealed class SharedFilesTests
{
    [Fact]
    public async Task All_shared_files_load_with_exactly_their_accounts_balances_and_movements()
    {
        var files = SharedFiles();
        Assert.Equal(10, files.Count);
        foreach (var path in files)
        {
            var text = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
            var loaded = Assert.IsType<ScenarioFile.Loaded>(
                ScenarioFiles.Parse(Path.GetFileName(path), text, new DateOnly(2026, 11, 22))
            );
            Assert.Empty(loaded.Warnings);
            var statements = Statements.On(
                new DateOnly(2026, 11, 22),
                Assert.Single(loaded.Scenario.People),
                loaded.Scenario.Seed
            );
            Assert.Equal(Counted(text), statements.Select(Counted));
        }
    }

    [Fact]
    public async Task Both_faces_show_what_a_shared_file_says()
    {
        var path = SharedFiles().Single(f => f.EndsWith("hermione_granger.txt", StringComparison.Ordinal));
        var text = await File.ReadAllTextAsync(path, TestContext.Current.CancellationToken);
        await using var host = await FileHost.Open(("h.txt", text));
        await using var bank = await OpenBank.Open();

        var site = await bank.SignIn("dev", fileUrl: host.Url("h.txt"));
        Assert.Equal(
            Counted(text).Select(a => a.Uid),
            site.All("td.name a").Select(a => a.GetAttribute("href")!["/accounts/".Length..])
        );

        var token = await bank.AccessToken("dev", host.Url("h.txt"));
        var accounts = (await bank.Call(token, "/accounts")).Body["accounts"]!.AsArray();
        Assert.Equal(["CACC", "CARD"], accounts.Select(a => (string)a!["cashAccountType"]!));
        foreach (var account in accounts)
        {
            var id = (string)account!["resourceId"]!;
            var all = await StetTests.AllTransactions(bank, token, $"/accounts/{id}/transactions");
            var sum = all.Sum(t =>
                decimal.Parse((string)t["transactionAmount"]!["amount"]!, CultureInfo.InvariantCulture)
                * ((string)t["creditDebitIndicator"]! == "DBIT" ? -1 : 1)
            );
            var expected = Counted(text).Single(a => a.Uid == id);
            Assert.Equal((expected.Movements, expected.Sum), (all.Count, sum));
        }
    }

    private sealed record Totals(string Uid, string Iban, decimal Balance, int Movements, decimal Sum);

    private static Totals Counted(Statement statement) =>
        new(
            statement.Account.Id,
            statement.Account.Iban,
            Amounts.ToDecimal(statement.Balance, statement.Account.Currency),
            statement.Entries.Count,
            statement.Entries.Sum(e => Amounts.ToDecimal(e.Amount, statement.Account.Currency))
        );

    // Counted from the text by other means than the reader under test.
    private static List<Totals> Counted(string text)
    {
        var totals = new List<Totals>();
        foreach (var fields in text.Split('\n').Select(line => line.Trim().Split('|')))
        {
            if (fields[0] == "ACCOUNT")
            {
                totals.Add(new Totals(fields[1], fields[12], Decimal(fields[4]), 0, 0));
            }
            else if (fields[0] == "TRANSACTION")
            {
                var last = totals[^1];
                totals[^1] = last with { Movements = last.Movements + 1, Sum = last.Sum + Decimal(fields[1]) };
            }
        }

        return totals;
    }

    private static decimal Decimal(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);

    private static List<string> SharedFiles()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            foreach (var root in new[] { folder.FullName, folder.Parent?.FullName ?? folder.FullName })
            {
                var shared = Path.Combine(root, "shared", "testbank-files");
                if (Directory.Exists(shared))
                {
                    return [.. Directory.EnumerateFiles(shared, "*.txt").Order(StringComparer.Ordinal)];
                }
            }
        }

        Assert.Skip("../shared/testbank-files is not here");
        return [];
    }
}
