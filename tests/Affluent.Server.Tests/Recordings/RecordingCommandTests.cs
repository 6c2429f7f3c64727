using System.Globalization;
using System.Text;
using Affluent.Ledger;
using Affluent.Server.Commands;
using Affluent.Server.Recordings;
using Affluent.Server.Tests.Harness;
using Xunit;
using static Affluent.Server.Tests.Harness.LinkedBank;

namespace Affluent.Server.Tests.Recordings;

/// <summary>What an operator has recorded of a connection: sealed, bounded, taken out without names, decided again offline.</summary>
public sealed class RecordingCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory().FullName;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory, OnBothDatabases]
    public async Task A_recorded_reading_is_sealed_and_replays_offline_once_it_is_exported(DatabaseKind kind)
    {
        var (app, http, id, _) = await Recorded(kind, "--readings", "5");
        await using var _1 = app;
        Assert.Equal(1, await app.Count("recorded_readings"));
        var sealedRows = await app.Snapshot("recordings", "recorded_readings");
        Assert.DoesNotContain("LEFEBVRE", sealedRows, StringComparison.Ordinal);
        Assert.DoesNotContain(
            Convert.ToHexString(Encoding.UTF8.GetBytes("LEFEBVRE")),
            sealedRows,
            StringComparison.Ordinal
        );

        var (code, json, errors) = await app.Command("recordings", "export", id);

        Assert.Equal(ExitCode.Done, code);
        Assert.DoesNotContain("LEFEBVRE", json, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("6215", json, StringComparison.Ordinal);
        Assert.Contains("VIR SEPA ", json, StringComparison.Ordinal);
        Assert.Contains("\"channel\": \"100\"", json, StringComparison.Ordinal);
        Assert.Contains("event=recording_exported", errors, StringComparison.Ordinal);
        var file = Write("one.json", json);
        var (same, shown, told) = await Terminal.RunWithoutDatabase("recordings", "replay", file);
        Assert.Equal(ExitCode.Done, same);
        Assert.Equal("readings: 1, decided otherwise: 0, differences: 0", shown.Trim());
        Assert.Equal("", told);
        Assert.Equal("SUCCESS", await http.StatusOf(id));
    }

    [Theory, OnBothDatabases]
    public async Task Other_rules_are_shown_with_what_they_decide_otherwise(DatabaseKind kind)
    {
        var (app, _, id, _) = await Recorded(kind);
        await using var _1 = app;
        var file = Write("one.json", (await app.Command("recordings", "export", id)).Output);
        var rules = Write("rules.json", """{ "tiers": [] }""");

        var (code, shown, _) = await Terminal.RunWithoutDatabase("recordings", "replay", file, "--rules", rules);
        var (_, json, _) = await Terminal.RunWithoutDatabase("recordings", "replay", file, "--rules", rules, "--json");

        Assert.Equal(ExitCode.Failed, code);
        Assert.Matches(
            @"one\.json: reading 0: NEW row [0-9]: transaction [0-9] \(BOOKED, WORDS_ALIKE, [0-9]+ %\) -> new",
            shown
        );
        Assert.Matches("one\\.json: reading 0: REMOVED transaction [0-9]", shown);
        Assert.Contains("readings: 1, decided otherwise: 1, differences: 2", shown, StringComparison.Ordinal);
        Assert.Matches(
            "\"kind\":\"NEW\",\"row\":[0-9],\"before\":{\"transaction\":[0-9],\"repeated\":false,\"tier\":\"BOOKED\",\"reason\":\"WORDS_ALIKE\"",
            json
        );
        Assert.Equal(2, json.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Theory]
    [InlineData("{", "line 1")]
    [InlineData("{ \"format\": \"other\", \"notes\": [], \"readings\": [] }", "$.format")]
    public async Task A_file_that_is_no_recording_is_refused_with_its_place(string text, string place)
    {
        var file = Write("bad.json", text);

        var (code, output, errors) = await Terminal.RunWithoutDatabase("recordings", "replay", file);

        Assert.Equal((ExitCode.Usage, ""), (code, output));
        Assert.StartsWith($"{file}: {place}", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{", "rules.json: line 1")]
    [InlineData("{ \"pending_days\": 900 }", "rules.json: pending_days")]
    [InlineData("{ \"pending\": 1 }", "rules.json: pending")]
    [InlineData("[]", "rules.json")]
    public async Task Rules_with_a_fault_are_refused_with_its_place(string text, string fault)
    {
        var recording = Write(
            "one.json",
            new Recording
            {
                Format = Recording.ThisFormat,
                Readings =
                [
                    new()
                    {
                        Account = 1,
                        Channel = "100",
                        Rules = new(),
                        Window = new(0),
                        Held = [],
                        Listed = [],
                        Settled = Settled.Nothing,
                    },
                ],
            }.Write()
        );
        var rules = Write("rules.json", text);

        var (code, _, errors) = await Terminal.RunWithoutDatabase("recordings", "replay", recording, "--rules", rules);

        Assert.Equal(ExitCode.Usage, code);
        Assert.Contains(fault, errors, StringComparison.Ordinal);
        var (missing, _, _) = await Terminal.RunWithoutDatabase("recordings", "replay", Path.Combine(_folder, "none"));
        Assert.Equal(ExitCode.Usage, missing);
    }

    [Theory, OnBothDatabases]
    public async Task Nothing_is_recorded_unasked_and_no_more_than_was_asked_for(DatabaseKind kind)
    {
        var (app, http, id, bank) = await Recorded(kind, "--readings", "1");
        await using var _1 = app;
        var other = await TestApp.Connect((await app.SignedInUser()).Http);
        await app.RunDueSynchronizations();
        app.Time.Advance(TimeSpan.FromDays(1));
        bank.EmbeddedChannel.With(Bank.Account("111"), Bank.Booked("n", -1, "2026-03-01", "CB NEW"));
        await Again(app, http, id);

        Assert.Equal(1, await app.Count("recorded_readings"));
        var (_, list, _) = await app.Command("recordings", "list");
        Assert.Matches($"^connection {id}  user [0-9]+  recorded 1, to come 0, too large 0  until ", list);
        Assert.DoesNotContain(other, list, StringComparison.Ordinal);
        Assert.Equal(ExitCode.Failed, (await app.Command("recordings", "start", id)).Code);
        Assert.Equal(ExitCode.Failed, (await app.Command("recordings", "start", "12345")).Code);
        Assert.Equal(ExitCode.Failed, (await app.Command("recordings", "export", other)).Code);
        Assert.Equal(ExitCode.Failed, (await app.Command("recordings", "delete", other)).Code);
        Assert.Equal(ExitCode.Usage, (await app.Command("recordings", "start", other, "--readings", "51")).Code);
    }

    [Theory, OnBothDatabases]
    public async Task A_reading_that_is_too_large_is_counted_and_takes_its_turn(DatabaseKind kind)
    {
        var bank = new FakeBank();
        // Letters are bounded, whatever the number of rows.
        bank.EmbeddedChannel.With(
            Bank.Account("111"),
            [
                .. Enumerable
                    .Range(1, RecordingRow.LongestContent / 9_000)
                    .Select(n => Bank.Booked($"{n}", -n, "2026-02-27", new string('x', 9_500))),
            ]
        );
        var (app, http, id) = await Linked(bank, kind);
        await using var _1 = app;

        await Record(app, http, id, "--readings", "2");

        Assert.Equal(0, await app.Count("recorded_readings"));
        Assert.Matches("recorded 0, to come 1, too large 1 ", (await app.Command("recordings", "list")).Output);
    }

    [Theory, OnBothDatabases]
    public async Task A_recording_goes_by_command_with_its_account_its_connection_and_its_last_day(DatabaseKind kind)
    {
        var (app, http, id, _) = await Recorded(kind);
        await using var _1 = app;

        var account = Assert.Single(await http.Accounts()).Text("id");
        var (code, _, told) = await app.Command("recordings", "delete", id);
        Assert.Equal((ExitCode.Done, 0L), (code, await app.Count("recorded_readings")));
        Assert.Contains("event=recording_deleted", told, StringComparison.Ordinal);

        await Record(app, http, id);
        app.Time.SetUtcNow(TimeProvider.System.GetUtcNow().AddDays(8));
        await app.RunDuePeriodicTasks();
        Assert.Equal((0L, 0L), (await app.Count("recordings"), await app.Count("recorded_readings")));

        var (again, user) = await app.SignedInUser();
        var second = await TestApp.Connect(again);
        await app.RunDueSynchronizations();
        await Record(app, again, second);
        account = Assert.Single(await again.Accounts()).Text("id");
        using (var answer = await again.DeleteAsync($"/api/v2.1/accounts/{account}", Stop))
        {
            answer.EnsureSuccessStatusCode();
        }
        // The only account takes its connection with it.
        Assert.Equal((0L, 0L), (await app.Count("recordings"), await app.Count("recorded_readings")));
    }

    [Theory, OnBothDatabases]
    public async Task What_is_recorded_of_an_account_goes_with_it_and_what_is_of_another_stays(DatabaseKind kind)
    {
        var bank = new FakeBank();
        bank.EmbeddedChannel.With(Bank.Account("111"), Bank.Booked("a", -1, "2026-02-27", "CB ONE"));
        bank.EmbeddedChannel.With(Bank.Account("222"), Bank.Booked("b", -2, "2026-02-27", "CB TWO"));
        var (app, http, id) = await Linked(bank, kind);
        await using var _1 = app;
        await Record(app, http, id);
        Assert.Equal(2, await app.Count("recorded_readings"));

        using var answer = await http.DeleteAsync($"/api/v2.1/accounts/{(await http.Account("111")).Text("id")}", Stop);

        answer.EnsureSuccessStatusCode();
        Assert.Equal((1L, 1L), (await app.Count("recordings"), await app.Count("recorded_readings")));
    }

    // A pending payment books under other words while it is recorded.
    private static async Task<(TestApp App, HttpClient Http, string Id, FakeBank Bank)> Recorded(
        DatabaseKind kind,
        params string[] options
    )
    {
        var bank = new FakeBank();
        var transfer = Bank.Booked("a", 100, "2026-02-27", "VIR SEPA LEFEBVRE");
        bank.EmbeddedChannel.With(Bank.Account("111"), transfer, Bank.Pending(-62.15m, "2026-03-01", "CB LEFEBVRE"));
        var (app, http, id) = await Linked(bank, kind);
        bank.EmbeddedChannel.With(
            Bank.Account("111"),
            transfer,
            Bank.Booked("b", -62.15m, "2026-03-02", "CARTE LEFEBVRE LYON")
        );
        await Record(app, http, id, options);
        return (app, http, id, bank);
    }

    private static async Task Record(TestApp app, HttpClient http, string id, params string[] options)
    {
        var (code, output, errors) = await app.Command(["recordings", "start", id, .. options]);
        Assert.True(code == ExitCode.Done, errors);
        Assert.Contains(
            string.Create(CultureInfo.InvariantCulture, $"connection {id}"),
            output,
            StringComparison.Ordinal
        );
        Assert.Contains("event=recording_started", errors, StringComparison.Ordinal);
        Assert.Contains($"connection_id={id}", errors, StringComparison.Ordinal);
        await Again(app, http, id);
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
