using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Affluent.Connectors.Contract;
using Affluent.Server.Platform;
using Affluent.Server.Storage;
using Affluent.Server.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Affluent.Server.Tests.Storage;

/// <summary>
/// Databases that earlier versions of the program have left are brought to today's form and used on (decision 15). Before a release,
/// <c>AFFLUENT_KEEP_DATABASE=1</c> with <c>-method "*Kept*"</c> keeps one of the present version.
/// </summary>
public sealed class UpgradeTests
{
    // Those that are out: a change of one would leave databases behind that nobody can tell from others.
    private static readonly Dictionary<string, string> Released = new(StringComparer.Ordinal)
    {
        ["001_platform"] = "7d7f12c1e00ae46ae85e3931df923014985ba8a22ddccb79201da58c8790939b",
        ["002_authorization"] = "7d395e1bb2ca2dbc856e187fd0c8448201d5a37d170c4c61dcb58ada10818e42",
        ["003_users"] = "02cfbdcf173a18db6660bf5f0f7dd712abdbfb108e4023356ae8196747a7bbc3",
        ["004_connections"] = "b4d3eb858c5a62a02a07f729f9032f3cf0ce6b4534958ad0cbd04b2ab1d9ac11",
        ["005_accounts"] = "d6e484238502e450f2f4f73f494dde7c8af92fee7e97449282d2686d332454ad",
        ["006_transactions"] = "f0a9fc628cd2cbb0637b96d840b3168a2bec277eb7debb6ca1cd53cd8adb6de6",
        ["007_events"] = "84ec5af7ae7d7b22c11285e341e5eb7ba5613be34f8b7ebc5ebfc33a2b46659b",
        ["008_widget"] = "2838535a90e91472c9d46bd51af11d1c673fabbc9aeef8de42f0c49bb9564aa1",
        ["009_jobs"] = "d92f09a3052aae20a760bce14eb133108cae78281fe00f80a6b2062c068e385e",
        ["010_consents"] = "20d0183cf2715d7e2171ecbf0b486a4086a9282ae596f6bc6170ad9681bd16a2",
        ["011_rules_and_originals"] = "d0b1ace8b53b96509e6d52b22b75a69571996ef1efafb95636e2ec9fc8a810fb",
        ["012_recordings"] = "19a0524981f4ad4b111e1a662127a4280abd03eb91edcdadfb5458a20def20da",
        ["014_job_banks"] = "102ca9ff1cb4bb5c19fc95dbd9fe9782b763d9911dd1cf80ad378ddefb3ecbe4",
        ["015_expiring_consents"] = "222af01dcee144ddcbdf88f67321f9c69835d315461fb61495c541cec4b70cbc",
        ["017_finer_amounts"] = "07154139d23c9e36fe743bd2c767e2459405835607ac67eadf14d75b4e5842e1",
        ["018_bank_gates"] = "4f8422ad04fdb22d71ea23808ac3ff106f96400bdc84c6ded4bcff919ce1f050",
        ["019_runs"] = "b941c5b65c0a3c9ab31335d9aa34ace6e7d2872212d0778125d7e3ab167883c4",
        ["022_account_sources"] = "7b44348bd5635b11d7c9519edb7c86033a3dd4c66f0292425ec57395e253813a",
        ["023_accounts_in_doubt"] = "cb1669086686d74ccc7172a771adcf3029248dedc07ac2a55677810ec70f8643",
        ["024_choices"] = "7faceeca60b4ad2941fe0508f161ce87918107421c2a21407db3d8bdaf62075f",
        ["025_bank_revocations"] = "c570f877d8a410d1bef10b9faea7f2f3e0f184774aa00d104460d05192e8d68d",
        ["026_replaced_sessions"] = "546dd5ccffc96472fa8336ef5d7b76d469603eac23b44c255cfcad340c5766a9",
        ["027_end_of_consents"] = "e4cf47da4993fbde4e77d224a8d6109a49c4e41b90d59e9c2700fcfce96195a5",
        ["028_revocation_ids"] = "2ac03e16d77ba3d81ff95dcd029e9b42c60de5a11f52e149317c36cd21e7dc1b",
        ["029_statement_files"] = "cef920c4ac8ec62018126ceb348314563a5938c30421bb8273c637b71b787fbb",
        ["030_client_feed"] = "08ec2888afe2306a676be8b58b1fb977ccba659b22f96fa663648fb8725dd379",
        ["031_client_feed_index"] = "29e0b0f945330ba2d3ee89c34082c86fb58c3005412a582f7e59d823178dfb37",
        ["032_webhooks"] = "a043338eda68cd1863bd2800d1bccc1cdb5f51a3bbae6b018f2971ded5dad373",
        ["033_more_events"] = "7c70671f0088a52dcc189c2642626f5812e7cbeaa45d91ae27f03a24137f695d",
        ["034_closed_accounts"] = "f1a93e52ee037dc67ad66331e2f9f30f87d8c8a0ebf79dc8d7e704c25c321e81",
    };

    private static readonly string[] WhatIsRead =
    [
        "/api/v2.1/users/me",
        "/api/v2.1/connections",
        "/api/v2.1/accounts",
        "/api/v2.1/transactions",
        "/api/v2.1/transactions/changes?limit=500",
    ];

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public void Scripts_that_are_released_are_as_they_were()
    {
        var shipped = Migration.Shipped.ToDictionary(m => m.Name, m => m.Checksum);

        Assert.Equal(Released, shipped.Where(m => Released.ContainsKey(m.Key)).ToDictionary());
        Assert.True(KeptDatabase.Versions.Count > 0);
    }

    [Theory, OnBothDatabases]
    public async Task An_upgraded_database_has_the_tables_of_a_new_one(DatabaseKind kind)
    {
        await using var fresh = await TestDatabase.Create(kind);
        var wanted = await SchemaOf.Words(fresh.Database);

        foreach (var version in KeptDatabase.Versions)
        {
            await using var old = await KeptDatabase.Read(version).Restore(kind);
            var outcome = await Migrator.Migrate(old.Database, new FakeTimeProvider(), Stop);

            var applied = Assert.IsType<MigrationOutcome.UpToDate>(outcome).Applied;
            Assert.Equal(Migration.Shipped.Where(m => m.Version > version).Select(m => m.Name), applied);
            Assert.Equal(wanted, await SchemaOf.Words(old.Database));
        }
    }

    [Theory, OnBothDatabases]
    public async Task What_users_had_before_an_upgrade_they_have_after_it_and_it_goes_on(DatabaseKind kind)
    {
        foreach (var version in KeptDatabase.Versions)
        {
            var kept = KeptDatabase.Read(version);
            var old = await kept.Restore(kind);
            Assert.IsType<MigrationOutcome.UpToDate>(
                await Migrator.Migrate(old.Database, new FakeTimeProvider(), Stop)
            );
            var bank = BankOfThatDay();
            await using var app = await TestApp.StartOver(
                old,
                AtOneAddress,
                configure: builder => builder.Services.AddSingleton(bank.Banks())
            );
            app.Time.Advance(TimeSpan.FromMinutes(30));

            // Neither the sign-in nor the password has been lost.
            using var renewed = app.WithToken(await Renew(app, kept.User));
            using var http = app.WithToken(await SignIn(app, kept.User));
            foreach (var (path, answer) in kept.Answers)
            {
                Assert.Equal([], Missing(answer, await http.Read(path)));
                Assert.Equal([], Missing(answer, await renewed.Read(path)));
            }

            // The bank is asked with the credentials of before, and adds one movement to those that are known.
            var before = await http.ReadIds<TransactionId>("/api/v2.1/transactions");
            bank.EmbeddedChannel.Movements["111"].Add(Bank.Booked("later", -7.5m, "2026-03-02", "CARTE 02/03 KIOSQUE"));
            var connection = (await http.Read("/api/v2.1/connections"))[0].Text("id")!;
            await LinkedBank.Again(app, http, connection);

            Assert.Equal("SUCCESS", (await http.Read($"/api/v2.1/connections/{connection}")).Text("status"));
            var asked = bank.EmbeddedChannel.Steps[0].Context;
            Assert.Equal("s3cret-pa55", asked.Credentials["301"]);
            var after = await http.ReadIds<TransactionId>("/api/v2.1/transactions");
            Assert.Single(after.Except(before));
            Assert.Empty(before.Except(after));
        }
    }

    [Theory, OnBothDatabases]
    public async Task A_database_from_before_the_first_that_can_be_upgraded_is_refused_untouched(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateEmpty(kind);
        await test.MarkAsOld();
        var before = await SchemaOf.Words(test.Database);

        var (code, _, errors) = await Terminal.Run(test, "migrate");

        Assert.Equal(Server.Commands.ExitCode.DatabaseDiffers, code);
        Assert.Contains("Begin with a new database", errors, StringComparison.Ordinal);
        Assert.Equal(before, await SchemaOf.Words(test.Database));
    }

    [Theory, OnBothDatabases]
    public async Task A_table_that_was_made_when_there_were_fewer_words_takes_those_of_today(DatabaseKind kind)
    {
        await using var test = await TestDatabase.CreateEmpty(kind);
        var old = new Migration(
            1,
            "001_old",
            "create table things (name text, kind text not null check (kind in ('A')), state text not null check (state in ('IDLE')));"
        );
        var more = new Migration(2, "002_more", "{allow things.kind ChannelMode};\n{allow things.state JobState};");
        await Migrator.Migrate(test.Database, [old], new FakeTimeProvider(), Stop);
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => Add("REDIRECT", "IDLE"));

        await Migrator.Migrate(test.Database, [old, more], new FakeTimeProvider(), Stop);

        await Add("REDIRECT", "IDLE");
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => Add("SIDEWAYS", "IDLE"));
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => Add("REDIRECT", "BORED"));

        Task Add(string thing, string state) =>
            test.Database.Write(
                db => db.Execute("insert into things values ('x', @Kind, @State)", new { Kind = thing, State = state }),
                Stop
            );
    }

    [Theory, OnBothDatabases]
    public async Task Kept_is_a_database_of_the_present_version_when_asked_for(DatabaseKind kind)
    {
        var bank = BankOfThatDay();
        await using var app = await TestApp.StartOver(
            await TestDatabase.Create(kind),
            AtOneAddress,
            builder => builder.Services.AddSingleton(bank.Banks())
        );
        var (http, user) = await app.SignedInUser();
        await TestApp.Connect(http);
        await app.RunDueSynchronizations();
        var bakery = (await http.Read("/api/v2.1/transactions"))[0].Text("id");
        using var edited = await http.PatchAsJsonAsync(
            $"/api/v2.1/transactions/{bakery}",
            new { category_id = "PETS", note = "for Ada" },
            Stop
        );
        Assert.True(edited.StatusCode == HttpStatusCode.OK, await edited.Content.ReadAsStringAsync(Stop));
        var refresh = (await app.SignIn(user)).Text("refresh_token")!;
        Dictionary<string, JsonElement> answers = [];
        foreach (var path in WhatIsRead)
        {
            answers[path] = await http.Read(path);
        }
        await using var sqlite = Database.Open("none.db");
        await using var postgres = Database.Open("postgres://nobody@127.0.0.1/none");

        var kept = new KeptDatabase
        {
            Version = Migrator.Latest,
            Scripts = new[] { sqlite, postgres }.ToDictionary(
                database => database.Kind,
                database =>
                    Migration
                        .Shipped.Select(m => database.Translate(m.Sql))
                        .Prepend(Migrator.OwnTable)
                        // Nobody else is there: they are run in one transaction.
                        .Select(sql => sql.Replace(" concurrently", "", StringComparison.Ordinal))
                        .ToArray()
            ),
            Tables = await KeptDatabase.TablesOf(app.Database),
            Keys = new[] { "master.key", "signing.key" }.ToDictionary(
                name => name,
                name => Convert.ToBase64String(File.ReadAllBytes(Path.Combine(app.Folder, name)))
            ),
            User = new(user.Client.ClientId, user.Client.Secret, user.Email, user.Password, refresh),
            Answers = answers,
        };

        Assert.Superset(
            new HashSet<string> { "users", "clients", "channels", "accounts", "transactions", "tokens", "events" },
            kept.Tables.Keys.ToHashSet()
        );
        if (Environment.GetEnvironmentVariable("AFFLUENT_KEEP_DATABASE") == "1" && app.Database.Kind == "sqlite")
        {
            kept.Keep();
        }
    }

    // Tokens name who gave them, and answers where pictures are.
    private static Settings AtOneAddress(Settings settings) =>
        settings with
        {
            AuthUrl = new Uri("http://127.0.0.1:9/auth"),
            ApiUrl = new Uri("http://127.0.0.1:9/api"),
        };

    private static FakeBank BankOfThatDay()
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(
                Bank.Account("111", 1_204.31m),
                Bank.Booked("a", -12.5m, "2026-02-26", "CARTE 25/02 BOULANGERIE PAUL PARIS"),
                Bank.Booked("b", -12.5m, "2026-02-26", "CARTE 25/02 BOULANGERIE PAUL PARIS"),
                Bank.Booked("c", 2_450m, "2026-02-27", "VIR SALAIRE ATELIER DUPONT"),
                Bank.Pending(-31.9m, "2026-03-01", "CARTE 01/03 STATION TOTAL LYON")
            )
            .With(
                Bank.Account("222", 5_000m, BankAccountType.Savings),
                Bank.Booked("d", 200m, "2026-02-27", "VIREMENT EPARGNE")
            );
        return bank;
    }

    private static async Task<string> Renew(TestApp app, KeptUser user) =>
        await Token(app, user, ("grant_type", "refresh_token"), ("refresh_token", user.RefreshToken));

    private static async Task<string> SignIn(TestApp app, KeptUser user) =>
        await Token(
            app,
            user,
            ("grant_type", "password"),
            ("username", user.Email),
            ("password", user.Password),
            ("scope", TestApp.UserScopes)
        );

    private static async Task<string> Token(TestApp app, KeptUser user, params (string, string)[] fields)
    {
        using var answer = await app.PostToken([
            ("client_id", user.ClientId),
            ("client_secret", user.ClientSecret),
            .. fields,
        ]);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Stop));
        return (await answer.Json()).Text("access_token")!;
    }

    // A later version may say more, and nothing else.
    private static IReadOnlyList<string> Missing(JsonElement before, JsonElement now, string path = "") =>
        (before.ValueKind, now.ValueKind) switch
        {
            (JsonValueKind.Object, JsonValueKind.Object) =>
            [
                .. before
                    .EnumerateObject()
                    .SelectMany(member =>
                        now.TryGetProperty(member.Name, out var value)
                            ? Missing(member.Value, value, $"{path}/{member.Name}")
                            : [$"{path}/{member.Name} is gone"]
                    ),
            ],
            (JsonValueKind.Array, JsonValueKind.Array) when before.GetArrayLength() == now.GetArrayLength() =>
            [
                .. before
                    .EnumerateArray()
                    .Zip(now.EnumerateArray())
                    .SelectMany((pair, i) => Missing(pair.First, pair.Second, $"{path}/{i}")),
            ],
            _ => JsonElement.DeepEquals(before, now) ? [] : [$"{path}: {before} became {now}"],
        };
}
