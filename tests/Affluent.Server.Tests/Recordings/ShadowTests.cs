using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Affluent.Connectors.Contract;
using Affluent.Server.Commands;
using Affluent.Server.Synchronization;
using Affluent.Server.Tests.Harness;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Xunit;
using static Affluent.Server.Tests.Harness.LinkedBank;

namespace Affluent.Server.Tests.Recordings;

/// <summary>Rules beside those in force: they decide nothing, and it is told what they would have decided.</summary>
public sealed partial class ShadowTests
{
    // Believes no id, joins nothing that is not equal to the letter.
    private static readonly ShadowReconciliation AllWrong = new()
    {
        TransactionIds = TransactionIds.Absent,
        Settings = new()
        {
            Tiers = [],
            DateShiftDays = 0,
            PendingDays = 0,
            TextEdits = false,
        },
    };

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task A_shadow_that_does_everything_wrong_changes_nothing_and_is_shown(DatabaseKind kind)
    {
        List<string> counted = [];
        using var meter = Listen(counted);
        var (without, _) = await Read(kind, shadow: null);
        await using var _1 = without;
        Assert.Empty(counted);

        var (with, id) = await Read(kind, AllWrong);

        await using var _2 = with;
        Assert.Equal(await Stored(without), await Stored(with));
        Assert.Equal(2, await with.Count("transactions"));
        var (code, shown, _) = await with.Command("recordings", "shadow", "--provider", FakeBank.ProviderId);
        Assert.Equal(ExitCode.Done, code);
        Assert.Matches(
            $"provider 1  connection {id}  account [0-9]+  run [0-9]+: NEW 1, REMOVED 1; transactions [0-9]+\n$",
            shown.ReplaceLineEndings("\n")
        );
        Assert.Equal("", (await with.Command("recordings", "shadow", "--provider", "2")).Output);
        Assert.Equal(
            ["readings 1 same 1", "readings 1 different 1", "differences 1 NEW 1", "differences 1 REMOVED 1"],
            counted
        );
        Assert.Equal(0, await without.Count("shadow_readings"));

        with.Time.Advance(TimeSpan.FromDays(15));
        await with.RunDuePeriodicTasks();
        Assert.Equal(0, await with.Count("shadow_readings"));
    }

    [Theory, OnBothDatabases]
    public async Task The_same_rules_in_shadow_leave_no_record(DatabaseKind kind)
    {
        var (app, _) = await Read(
            kind,
            new() { TransactionIds = TransactionIds.StableOnceBooked, Settings = new ReconciliationSettings() }
        );

        await using var _1 = app;
        Assert.Equal(0, await app.Count("shadow_readings"));
    }

    [Fact]
    public async Task A_shadow_that_fails_or_never_ends_is_left_alone()
    {
        var time = new FakeTimeProvider();
        using var end = new ManualResetEventSlim();
        var endless = ReadingRecords.Compare(
            () =>
            {
                end.Wait(Stop);
                return [];
            },
            time,
            NullLogger.Instance,
            Stop
        );
        while (!endless.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(10));
            await Task.Yield();
        }
        end.Set();

        var failed = await ReadingRecords.Compare(
            () => throw new InvalidOperationException(),
            time,
            NullLogger.Instance,
            Stop
        );

        Assert.Equal(ShadowOutcome.TooSlow, (await endless).Outcome);
        Assert.Equal(ShadowOutcome.Failed, failed.Outcome);
        Assert.Empty(failed.Differences);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() =>
            ReadingRecords.Compare(() => [], time, NullLogger.Instance, new CancellationToken(canceled: true))
        );
    }

    // A pending payment books under another id and other words.
    private static async Task<(TestApp App, string Id)> Read(DatabaseKind kind, ShadowReconciliation? shadow)
    {
        var bank = new FakeBank();
        bank.Provider = bank.Provider with
        {
            Channels = [.. bank.Provider.Channels.Select(c => c with { ShadowReconciliation = shadow })],
        };
        var kept = Bank.Booked("a", -9.99m, "2026-02-27", "PRLV SEPA SPOTIFY");
        bank.EmbeddedChannel.With(Bank.Account("111"), kept, Bank.Pending(-42.10m, "2026-03-01", "CB CARREFOUR"));
        var (app, http, id) = await Linked(bank, kind);
        bank.EmbeddedChannel.With(
            Bank.Account("111"),
            kept,
            Bank.Booked("b", -42.10m, "2026-03-02", "CARTE CARREFOUR PARIS")
        );
        await Again(app, http, id);
        return (app, id);
    }

    // Ids are of the time and of chance; all else is the same in two installations.
    private static async Task<string> Stored(TestApp app) =>
        Id().Replace(await app.Snapshot("transactions", "accounts"), "id");

    private static MeterListener Listen(List<string> counted)
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Name.StartsWith("affluent.shadow.", StringComparison.Ordinal))
                {
                    self.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>(
            (instrument, value, tags, _) =>
                counted.Add(
                    $"{instrument.Name["affluent.shadow.".Length..]} {string.Join(' ', tags.ToArray().Select(tag => tag.Value))} {value}"
                )
        );
        listener.Start();
        return listener;
    }

    [GeneratedRegex("[0-9]{12,}", RegexOptions.NonBacktracking)]
    private static partial Regex Id();
}
