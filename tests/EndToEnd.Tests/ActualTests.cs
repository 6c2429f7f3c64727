using System.Globalization;
using System.Text;
using System.Text.Json;
using Affluent.Server.Tests.Harness;
using EndToEnd.Tests.Harness;
using Xunit;

namespace EndToEnd.Tests;

/// <summary>
/// Actual's own server, as published on npm, reads the test bank over SimpleFIN (tests/actual). Its database is SQLite as WebAssembly, unless
/// <c>AFFLUENT_ACTUAL_COMPILED=true</c> says that its own one was compiled.
/// </summary>
public sealed class ActualTests
{
    private const string File = """
        CREDENTIALS|dev|dev
        CREDENTIALS_OWNER|ROSE TREMOLET
        ACCOUNT|actualactua1|00010|01/08/26|812.40|Checkings||false|ROSE TREMOLET|Compte courant|||FR7630099000120004127653080|EUR
        TRANSACTION|-12.60|31/07/26|CB LIBRAIRIE DES QUAIS
        TRANSACTION|-12.60|31/07/26|CB LIBRAIRIE DES QUAIS
        TRANSACTION|1500|28/07/26|VIR SALAIRE
        TRANSACTION|-675.05|03/07/26|VIR LOYER JUILLET
        ACCOUNT|actualactua2|00011|01/08/26|3000|Savings||false|ROSE TREMOLET|Livret||||EUR
        TRANSACTION|100|01/01/26|VIR EPARGNE
        TRANSACTION|0.01|31/12/25|INTERETS
        """;

    private static readonly string Script = Repository.Path("tests", "actual");

    [Theory, OnBothDatabases]
    public async Task Actual_imports_the_accounts_of_the_bank_to_the_cent_and_none_of_it_twice(DatabaseKind kind)
    {
        OtherProgram.Need(Directory.Exists(Path.Combine(Script, "node_modules")), $"Run npm ci in {Script}.");
        await using var installation = await Installation.Start(kind);
        await using var files = await FileSite.Start();
        using var customer = await Customer.Of(installation);
        var connection = await customer.Connect("dev", "dev", files.Put("rose.txt", Encoding.UTF8.GetBytes(File)));
        await customer.Succeeded(connection);
        var ours = (await customer.Accounts()).ToDictionary(account => account.Text("name"));

        var read = await Actual("SETUP_TOKEN", await customer.SetupToken());

        Assert.True(read.GetProperty("configured").GetBoolean());
        Assert.Equal(
            [(ours["Compte courant"].Text("id"), "812.40"), (ours["Livret"].Text("id"), "3000.00")],
            read.GetProperty("accounts")
                .GetProperty("accounts")
                .EnumerateArray()
                .Select(account => (account.Text("id"), account.Text("balance")))
                .Order()
        );
        // The second import brings what the first one did, id by id.
        var (first, second) = (read.GetProperty("imports")[0], read.GetProperty("imports")[1]);
        Assert.Equal(first.GetRawText(), second.GetRawText());
        Assert.Equal(
            [("2026-07-03", -675.05m), ("2026-07-28", 1500m), ("2026-07-31", -12.60m), ("2026-07-31", -12.60m)],
            Booked(first, "Compte courant")
        );
        Assert.Equal([("2025-12-31", 0.01m), ("2026-01-01", 100m)], Booked(first, "Livret"));
        Assert.Equal((81_240, 300_000), (StartingBalance(first, "Compte courant"), StartingBalance(first, "Livret")));
        foreach (var account in ours.Values)
        {
            Assert.Equal(
                (await customer.Transactions(account.Text("id"))).Select(t => (t.Text("id"), t.Text("label"))).Order(),
                Transactions(first, account.Text("name"))
                    .Select(t => (t.Text("transactionId"), t.Text("notes")))
                    .Order()
            );
        }
        Assert.Equal("ACCOUNT_MISSING", read.GetProperty("foreign").Text("error_code"));

        JsonElement Import(JsonElement all, string name) => all.GetProperty(ours[name].Text("id"));

        int StartingBalance(JsonElement all, string name) =>
            Import(all, name).GetProperty("startingBalance").GetInt32();

        IEnumerable<JsonElement> Transactions(JsonElement all, string name) =>
            Import(all, name).GetProperty("transactions").GetProperty("booked").EnumerateArray();

        IEnumerable<(string, decimal)> Booked(JsonElement all, string name) =>
            Transactions(all, name)
                .Select(t =>
                    (
                        t.Text("date"),
                        decimal.Parse(t.GetProperty("transactionAmount").Text("amount"), CultureInfo.InvariantCulture)
                    )
                )
                .Order();
    }

    [Theory, OnBothDatabases]
    public async Task Actual_tells_its_user_what_to_renew(DatabaseKind kind)
    {
        OtherProgram.Need(Directory.Exists(Path.Combine(Script, "node_modules")), $"Run npm ci in {Script}.");
        await using var installation = await Installation.Start(kind, null, "--limit-simplefin-requests", "2");
        await using var files = await FileSite.Start();
        using var customer = await Customer.Of(installation);
        var connection = await customer.Connect("dev", "dev", files.Put("rose.txt", Encoding.UTF8.GetBytes(File)));
        await customer.Succeeded(connection);
        var account = (await customer.Accounts())[0].Text("id");
        var usedToken = await customer.SetupToken();
        var revoked = await customer.Claim(usedToken);
        await customer.Revoke(revoked);
        object[] wrong =
        [
            new { name = "used token", token = usedToken },
            new
            {
                name = "token of another code",
                token = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{installation.Address}simplefin/claim/DEMO")),
            },
            new { name = "nonsense", token = "nonsense" },
            new { name = "revoked", accessUrl = revoked },
            new
            {
                name = "wrong password",
                accessUrl = (await customer.Claim(await customer.SetupToken())).Replace(
                    "@",
                    "x@",
                    StringComparison.Ordinal
                ),
            },
            new
            {
                name = "account of nobody",
                token = await customer.SetupToken(),
                account = "4711",
            },
            new
            {
                name = "too many",
                token = await customer.SetupToken(),
                account,
            },
        ];

        var codes = await Actual("WRONG", JsonSerializer.Serialize(wrong));

        Assert.Equal(
            """
            {"used token":["INVALID_ACCESS_TOKEN","INVALID_ACCESS_TOKEN","INVALID_ACCESS_TOKEN"],
            "token of another code":["INVALID_ACCESS_TOKEN","INVALID_ACCESS_TOKEN","INVALID_ACCESS_TOKEN"],
            "nonsense":["INVALID_ACCESS_TOKEN","INVALID_ACCESS_TOKEN","INVALID_ACCESS_TOKEN"],
            "revoked":["SERVER_DOWN","INVALID_ACCESS_TOKEN","INVALID_ACCESS_TOKEN"],
            "wrong password":["SERVER_DOWN","INVALID_ACCESS_TOKEN","INVALID_ACCESS_TOKEN"],
            "account of nobody":["fine","ACCOUNT_MISSING","SERVER_DOWN"],
            "too many":["fine","fine","SERVER_DOWN"]}
            """.ReplaceLineEndings(""),
            codes.GetRawText()
        );

        // The bank wants its user: Actual still gets what was read before, and says that the account needs attention.
        Assert.Equal("FAILED", (await customer.ChangePassword(connection, "another")).Text("status"));
        codes = await Actual(
            "WRONG",
            JsonSerializer.Serialize(
                new[]
                {
                    new
                    {
                        name = "renew",
                        token = await customer.SetupToken(),
                        account,
                    },
                }
            )
        );
        Assert.Equal("""{"renew":["fine","ACCOUNT_NEEDS_ATTENTION","SERVER_DOWN"]}""", codes.GetRawText());
    }

    /// <summary>Runs Actual's server and prints what it read.</summary>
    private static async Task<JsonElement> Actual(string name, string value)
    {
        var (code, output, errors) = await OtherProgram.Run(
            "node",
            ["read.mjs"],
            Script,
            new Dictionary<string, string>
            {
                [name] = value,
                ["SQL_JS"] =
                    Environment.GetEnvironmentVariable("AFFLUENT_ACTUAL_COMPILED") == "true" ? "false" : "true",
            }
        );
        Assert.True(code == 0, errors);
        return JsonDocument.Parse(output).RootElement.Clone();
    }
}
