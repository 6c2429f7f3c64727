using Affluent.Server.Platform;
using Affluent.Server.Tests.Harness;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Affluent.Server.Tests.Synchronization;

/// <summary>What becomes of what a bank does, tried on the wire and told in the documentation.</summary>
public sealed class BankFaultTests
{
    private const string Begin = "<!-- what becomes of what a bank does, written by its test -->";
    private const string End = "<!-- end of what a bank does -->";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, OnBothDatabases]
    public async Task Each_fault_has_its_outcome(DatabaseKind kind)
    {
        await using var bank = await RotatingBank.Start();
        await using var app = await TestApp.Start(
            kind,
            configure: builder => builder.Services.AddSingleton(bank.Banks())
        );
        List<string> seen = [];
        foreach (var fault in BankFault.All)
        {
            bank.Reset();
            seen.Add(Row(fault, await Try(app, bank, fault)));
        }

        Assert.Equal(BankFault.All.Select(fault => Row(fault, Expected(fault))), seen);
    }

    [Fact]
    public void The_documentation_tells_them()
    {
        var path = Path.Combine(Repository.Root, "docs", "advanced", "synchronization.md");
        var text = File.ReadAllText(path);
        var (from, to) = (text.IndexOf(Begin, StringComparison.Ordinal), text.IndexOf(End, StringComparison.Ordinal));
        Assert.True(from >= 0 && to > from, "the page has no place for the table");
        var table = string.Join(
            '\n',
            [
                "| the bank | connection | channel | tried in this run | then |",
                "| --- | --- | --- | --- | --- |",
                .. BankFault.All.Select(fault => Row(fault, Expected(fault))),
            ]
        );
        if (Environment.GetEnvironmentVariable("AFFLUENT_UPDATE_DOCS") == "1")
        {
            text = $"{text[..from]}{Begin}\n{table}\n{text[to..]}";
            File.WriteAllText(path, text);
            to = text.IndexOf(End, StringComparison.Ordinal);
        }

        Assert.Equal(table, text[(from + Begin.Length)..to].Trim());
    }

    private static Seen Expected(BankFault fault) =>
        new(
            fault.Connection,
            fault.Channel,
            fault.Attempts,
            fault.Channel.StartsWith("TOKEN_EXPIRED", StringComparison.Ordinal) ? "when the user has acted"
                : fault.Channel.EndsWith("operator_fault", StringComparison.Ordinal) ? "by night; the operator mends it"
                : "by night"
        );

    private static string Row(BankFault fault, Seen seen) =>
        $"| {fault.Words} | `{seen.Connection}` | `{seen.Channel}` | {(seen.Attempts == 1 ? "once" : $"{seen.Attempts} times")} | {seen.Then} |";

    // A connection that has gone well, read again without its user while the bank does this.
    private static async Task<Seen> Try(TestApp app, RotatingBank bank, BankFault fault)
    {
        bank.Instead = fault.Before is { } before
            ? async context => context.Request.Headers.Authorization.Count > 0 && await before(context)
            : null;
        var (http, id) = await bank.Link(app);
        await app.RunDueSynchronizations();
        Assert.Equal("SUCCESS", await http.StatusOf(id));
        bank.Instead = fault.Instead;
        app.Time.Advance(TimeSpan.FromSeconds((await app.DueAt(id))!.Value - app.Time.Seconds()));
        await RunPatiently(app);
        for (var looks = 0; looks < 60 && await http.StatusOf(id) == "RUNNING"; looks++)
        {
            app.Time.Advance(TimeSpan.FromMinutes(10));
            await RunPatiently(app);
        }
        var run = (await http.Read($"/api/v2.1/connections/{id}/runs")).EnumerateArray().First();
        var channel = await http.Channel(id, FakeBank.Redirect);
        var (reason, due) = (channel.Text("reason"), await app.DueAt(id));
        var seen = new Seen(
            (await http.StatusOf(id))!,
            reason is null ? channel.Text("status")! : $"{channel.Text("status")} {reason}",
            run.GetProperty("attempts").GetInt32(),
            due is null ? "when the user has acted"
                : reason == "operator_fault" ? "by night; the operator mends it"
                : "by night"
        );
        using var deleted = await http.DeleteAsync(new Uri($"/api/v2.1/connections/{id}", UriKind.Relative), Stop);
        return seen;
    }

    // Whoever waits for the bank waits by the clock of the platform.
    private static async Task RunPatiently(TestApp app)
    {
        var run = app.RunDueSynchronizations();
        for (var looks = 0; looks < 600 && !run.IsCompleted; looks++)
        {
            await Task.WhenAny(run, Task.Delay(TimeSpan.FromMilliseconds(250), TimeProvider.System, Stop));
            if (!run.IsCompleted)
            {
                app.Time.Advance(TimeSpan.FromSeconds(15));
            }
        }
        await run.WaitAsync(TimeSpan.FromSeconds(10), TimeProvider.System, Stop);
    }

    private sealed record Seen(string Connection, string Channel, int Attempts, string Then);
}
